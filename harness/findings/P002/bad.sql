-- A row that stands for `unknown` is put into the old table, where the old application counts it as a store.
-- expect: relation = "stores"
-- expect: key = "id=0"

-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
create table shops as select id, code from stores;
insert into stores values (0, 'unknown', null);
-- == down ==
drop table shops;
delete from stores where id = 0;
