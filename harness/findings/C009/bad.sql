-- The view for the old application leaves out the store without a region.
-- expect: key = "the old view still counts every store"

-- == scenario ==
-- [[assertion]]
-- name = "the old view still counts every store"
-- claim = "compatible"
-- when = "after"
-- sql = "select count(*) from stores_v1"
-- expect = [["3"]]
-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
create view stores_v1 as select * from stores where region is not null;
-- == down ==
drop view stores_v1;
