-- Each sale is paired with every other one of its region, and there are always ten regions.
-- expect: key = "010_step"
-- expect: message = "with n²"

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
create table alike (one integer not null, other integer not null);
insert into alike
select a.id, b.id
from sales a
join sales b on a.region = b.region;
-- == down ==
drop table alike;
