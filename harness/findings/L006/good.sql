-- The last row is known before the first one is touched.

-- == scenario ==
-- [budget]
-- stall_ms = 60000
-- [workload]
-- rate = 50
-- clients = 2
-- patience_s = 5
-- rest_s = 0.6
-- [[workload.request]]
-- name = "sell"
-- sql = """insert into sales (code) values ($1)"""
-- parameters = [{ text = "N-{row}" }]
-- == baseline ==
create table sales (id bigint generated always as identity (start with 100) primary key, code text not null);
insert into sales (id, code) overriding system value values (1, 'S-1'), (2, 'S-2'), (3, 'S-3');
-- == up ==
create table louds (id bigint primary key, code text not null);
do $$
declare
    last bigint := (select max(id) from sales);
begin
    while exists (select from sales where not exists (select from louds where louds.id = sales.id) and id <= last) loop
        insert into louds select id, upper(code) from sales
        where not exists (select from louds where louds.id = sales.id) and id <= last;
        perform pg_sleep(0.1);
    end loop;
end $$;
-- == down ==
drop table louds;
