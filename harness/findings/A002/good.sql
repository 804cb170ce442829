-- Every store gets a region code, and the verification answers true.

-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
alter table stores add column region_code text;
update stores set region_code = lower(coalesce(region, 'none'));
-- == down ==
alter table stores drop column region_code;
-- == verify ==
select count(*) = 0 from stores where region_code is null;
