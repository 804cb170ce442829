-- The way back drops the index too.

-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
create table shops as select id, code from stores;
create index if not exists stores_by_region on stores (region);
-- == down ==
drop index stores_by_region;
drop table shops;
