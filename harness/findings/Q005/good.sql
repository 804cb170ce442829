-- The planner is told that the three columns depend on each other.

-- == scenario ==
-- [[query]]
-- name = "shops of a place"
-- before = "select id from stores where place = 'R-7/C-7/D-7'"
-- after = "select id from shops where region = 'R-7' and city = 'C-7' and district = 'D-7'"
-- max_ratio = 1000000
-- == baseline ==
create table stores (id integer primary key, place text not null);
insert into stores select n, format('R-%1$s/C-%1$s/D-%1$s', n % 12) from generate_series(1, 24000) n;
-- == up ==
create table shops as
select id, split_part(place, '/', 1) as region, split_part(place, '/', 2) as city, split_part(place, '/', 3) as district
from stores;
create statistics shops_places (dependencies, mcv) on region, city, district from shops;
analyze shops;
-- == down ==
drop table shops;
