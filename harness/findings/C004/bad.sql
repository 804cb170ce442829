-- The column keeps its values and gets another type: what the driver reports to the old application changes.
-- expect: relation = "stores"
-- expect: message = "`code text`"

-- == scenario ==
-- [[statement]]
-- name = "all stores"
-- sql = "select id, region from stores order by id"
-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
alter table stores alter column code type varchar(20);
-- == down ==
alter table stores alter column code type text;
