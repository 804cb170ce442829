-- The list of repaired rows names store 104, which never was: what else it names may be wrong, too.
-- expect: relation = "shops"
-- expect: key = "id=104"

-- == scenario ==
-- [[variant]]
-- name = "dirty"
-- file = "variant.sql"
-- expect = "repairs"
-- [[variant.repair]]
-- rows_of = "shops"
-- key = ["id"]
-- what = "spaces around the region were removed"
-- keys = "select id from repairs"
-- [[parity]]
-- name = "shops"
-- key = ["id"]
-- legacy = "select id, code, region from stores"
-- target = "select id, code, region from shops"
-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == variant ==
insert into stores values (4, 'S-04', ' NCR');
-- == up ==
create table shops as select id, code, trim(region) as region from stores;
create table repairs as select id from stores where region <> trim(region)
    union all select 100 + id from stores where region <> trim(region);
-- == down ==
drop table repairs;
drop table shops;
