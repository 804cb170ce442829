-- The step fills a column and forgets that store 3 has no region; its own verification tells.
-- expect: message = "its verification failed"

-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
alter table stores add column region_code text;
update stores set region_code = lower(region);
-- == down ==
alter table stores drop column region_code;
-- == verify ==
select count(*) = 0 from stores where region_code is null;
