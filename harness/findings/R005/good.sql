-- The tokens follow from the rows.

-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
alter table stores add column token text;
update stores set token = md5('stores ' || id);
-- == down ==
alter table stores drop column token;
