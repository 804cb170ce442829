-- A trigger keeps the sums from the moment on at which they are made.

-- == scenario ==
-- [budget]
-- stall_ms = 60000
-- [workload]
-- rate = 50
-- clients = 2
-- rest_s = 0.6
-- [[workload.request]]
-- name = "sell"
-- sql = """insert into sales (code) values ($1)"""
-- parameters = [{ choice = ["S-1", "S-2"] }]
-- [[workload.shadow]]
-- name = "sold"
-- from = "010_step"
-- old = "select count(*) from sales where code = $1"
-- new = "select sold from totals where code = $1"
-- parameters = [{ choice = ["S-1", "S-2"] }]
-- == baseline ==
create table sales (id bigint generated always as identity (start with 100) primary key, code text not null, loud text);
insert into sales (id, code) overriding system value values (1, 'S-1'), (2, 'S-2'), (3, 'S-3');
-- == up ==
lock table sales in share row exclusive mode;
create table totals (code text primary key, sold bigint not null);
insert into totals select code, count(*) from sales group by code;
create function keep() returns trigger language plpgsql as $$
begin
    update totals set sold = sold + 1 where code = new.code;
    return null;
end $$;
create trigger keep after insert on sales for each row execute function keep();
-- == down ==
drop trigger keep on sales;
drop function keep();
drop table totals;
