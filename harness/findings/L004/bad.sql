-- The trigger writes into the table that it stands on.
-- expect: relation = "sell"
-- expect: message = "it is there 2 times"

-- == scenario ==
-- [budget]
-- stall_ms = 60000
-- [workload]
-- rate = 50
-- clients = 2
-- rest_s = 0.6
-- [[workload.request]]
-- name = "sell"
-- sql = """insert into sales (code) values ($1) returning code"""
-- parameters = [{ text = "N-{row}" }]
-- ledger = "select code from sales where code = any($1)"
-- == baseline ==
create table sales (id bigint generated always as identity (start with 100) primary key, code text not null, loud text);
insert into sales (id, code) overriding system value values (1, 'S-1'), (2, 'S-2'), (3, 'S-3');
-- == up ==
create function again() returns trigger language plpgsql as $$
begin
    insert into sales (code) values (new.code);
    return null;
end $$;
create trigger again after insert on sales for each row when (pg_trigger_depth() = 0) execute function again();
-- == down ==
drop trigger again on sales;
drop function again();
