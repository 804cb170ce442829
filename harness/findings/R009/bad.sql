-- The copy that a way back would need lacks the store without a region.
-- expect: key = "every row keeps its old form"

-- == scenario ==
-- [[assertion]]
-- name = "every row keeps its old form"
-- claim = "reversible"
-- when = "after"
-- sql = "select count(*) from stores s left join store_backup b on b.id = s.id where b.id is null"
-- expect = [["0"]]
-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
create table store_backup as select * from stores where region is not null;
-- == down ==
drop table store_backup;
