-- A view answers under the old name.

-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
alter table stores rename to shops;
create view stores as select * from shops;
-- == down ==
drop view stores;
alter table shops rename to stores;
