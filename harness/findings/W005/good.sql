-- Each sale is set against the mean of its region, in one pass.

-- == scenario ==
-- [seed]
-- number = 1
-- [[seed.table]]
-- name = "sales"
-- rows = 1600
-- [seed.table.columns]
-- id = { serial = 1 }
-- region = { integer = [0, 9], distribution = "round_robin" }
-- amount = { integer = [1, 500] }
-- == baseline ==
create table sales (id integer primary key, region integer not null, amount integer not null);
-- == up ==
create table above (id integer primary key, by numeric not null);
insert into above
select id, amount - avg(amount) over (partition by region)
from sales;
-- == down ==
drop table above;
