-- The row that stands for `unknown` lies in the new table, and the comparison says that it does not count.

-- == scenario ==
-- [[parity]]
-- name = "shops"
-- key = ["id"]
-- legacy = "select id, code from stores"
-- target = "select id, code from shops where id > 0"
-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
create table shops as select id, code from stores;
insert into shops values (0, 'unknown');
-- == down ==
drop table shops;
