-- Nobody writes between the sum and its check.

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
-- parameters = [{ text = "N-{row}" }]
-- == baseline ==
create table sales (id bigint generated always as identity (start with 100) primary key, code text not null, loud text);
insert into sales (id, code) overriding system value values (1, 'S-1'), (2, 'S-2'), (3, 'S-3');
-- == up ==
create table totals (sold bigint not null);
lock table sales in share mode;
insert into totals select count(*) from sales;
select pg_sleep(0.5);
do $$ begin
    if (select sold from totals) <> (select count(*) from sales) then
        raise exception 'the sum is wrong';
    end if;
end $$;
-- == down ==
drop table totals;
