-- The view shows every store.

-- == scenario ==
-- [[assertion]]
-- name = "the old view still counts every store"
-- claim = "compatible"
-- when = "after"
-- sql = "select count(*) from stores_v1"
-- expect = [["3"]]
-- [[statement]]
-- name = "all stores"
-- sql = "select * from stores order by id"
-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
create view stores_v1 as select * from stores;
-- == down ==
drop view stores_v1;
