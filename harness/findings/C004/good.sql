-- The length is limited by a constraint; the column's type stays.

-- == scenario ==
-- [[statement]]
-- name = "all stores"
-- sql = "select id, region from stores order by id"
-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
alter table stores add constraint short_code check (length(code) <= 20);
-- == down ==
alter table stores drop constraint short_code;
