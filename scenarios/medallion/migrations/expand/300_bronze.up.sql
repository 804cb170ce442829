-- Step 3.1: the new way in. Sales arrive raw and whole; what they become is decided, and written down, afterwards.
-- "If not exists", since a quick rollback leaves this layer, and what it received, where it is.
create schema if not exists bronze;
comment on schema bronze is 'What arrived, as it arrived';

create table if not exists bronze.raw_transactions (
    ingest_id bigint generated always as identity constraint raw_transactions_pkey primary key,
    source text not null,
    payload jsonb not null,
    received_at timestamptz not null default now(),
    processed_at timestamptz,
    outcome text,
    problem text,
    constraint raw_transactions_outcome_check check (outcome in ('loaded', 'duplicate', 'rejected')),
    constraint raw_transactions_processed_check check ((processed_at is null) = (outcome is null))
);
comment on table bronze.raw_transactions is 'Sales as a till, a feed or a file delivered them';
comment on column bronze.raw_transactions.problem is 'Why a row was rejected; the row stays';
create index if not exists raw_transactions_waiting_idx on bronze.raw_transactions (ingest_id) where processed_at is null;

create or replace function public.process_bronze_transactions(most integer default 10000) returns integer
    language plpgsql
    set search_path = pg_catalog, public, pg_temp
as $$
declare
    raw bronze.raw_transactions;
    verdict text;
    objection text;
    handled integer := 0;
begin
    for raw in
        select * from bronze.raw_transactions
        where processed_at is null
        order by ingest_id
        limit most
        for update skip locked
    loop
        objection := null;
        -- Looked up first: a conflict would use up a number of the sequence each time.
        if exists (
            select from public.transactions as t where t.transaction_code = raw.payload ->> 'transaction_code'
        ) then
            update bronze.raw_transactions set processed_at = clock_timestamp(), outcome = 'duplicate'
            where ingest_id = raw.ingest_id;
            handled := handled + 1;
            continue;
        end if;
        -- One bad row is rejected with its reason and must not hold up the others.
        begin
            insert into public.transactions (
                transaction_code, geography_id, organization_id, cashier_code, cashier_name, till_number,
                transaction_date, quantity, unit_price, discount, payment_method, customer_age_bracket, customer_gender,
                is_loyalty_member, notes)
            values (
                raw.payload ->> 'transaction_code',
                (raw.payload ->> 'store_id')::integer,
                (raw.payload ->> 'product_id')::integer,
                raw.payload ->> 'cashier_id',
                raw.payload ->> 'cashier_name',
                coalesce((raw.payload ->> 'till_number')::smallint, 1),
                (raw.payload ->> 'transaction_date')::timestamptz,
                coalesce((raw.payload ->> 'quantity')::integer, 1),
                (raw.payload ->> 'unit_price')::numeric,
                coalesce((raw.payload ->> 'discount')::numeric, 0),
                coalesce(raw.payload ->> 'payment_method', 'cash'),
                raw.payload ->> 'customer_age_bracket',
                raw.payload ->> 'customer_gender',
                coalesce((raw.payload ->> 'is_loyalty_member')::boolean, false),
                raw.payload ->> 'notes')
            on conflict (transaction_code) do nothing;
            verdict := case when found then 'loaded' else 'duplicate' end;
        exception
            when data_exception or integrity_constraint_violation then
                verdict := 'rejected';
                objection := sqlerrm;
        end;
        update bronze.raw_transactions
        set processed_at = clock_timestamp(), outcome = verdict, problem = objection
        where ingest_id = raw.ingest_id;
        handled := handled + 1;
    end loop;
    return handled;
end
$$;
comment on function public.process_bronze_transactions(integer)
    is 'Moves waiting raw sales into transactions and returns how many it looked at; a sale known by its code is not loaded twice';
revoke all on function public.process_bronze_transactions(integer) from public;
grant execute on function public.process_bronze_transactions(integer) to service_role;
grant usage on schema bronze to service_role;
grant select, insert, update on bronze.raw_transactions to service_role;

insert into public.migration_log (step, phase, description, started_at, finished_at)
values ('300_bronze', '3.1', 'bronze.raw_transactions and its way into transactions', now(), clock_timestamp())
on conflict (step) do update set finished_at = excluded.finished_at;
