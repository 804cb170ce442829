-- The amounts are right for a currency of two decimals, and for yen they are not.
-- expect: relation = "amount"
-- expect: key = "'2'"
-- expect: message = "the old way answers (JPY 500), the new one (JPY 5.00)"

-- == scenario ==
-- [rollout]
-- rate = 40
-- clients = 4
-- phase_s = 0.75
-- gates.response_ms = 60000
-- [[rollout.request]]
-- name = "amount"
-- old = "select currency || ' ' || case currency when 'JPY' then minor::text else (minor * 0.01)::text end from payments where id = $1"
-- new = "select currency || ' ' || amount from payments where id = $1"
-- parameters = [{ list = [1, 2] }]
-- == baseline ==
create table payments (id int primary key, currency text not null, minor int not null);
insert into payments values (1, 'EUR', 500), (2, 'JPY', 500);
-- == up ==
alter table payments add column amount numeric;
update payments set amount = minor * 0.01;
-- == down ==
alter table payments drop column amount;
