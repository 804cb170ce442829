-- Step 2.1: nullable columns without a default change the catalog only; the lock is held for a moment, and a
-- migration that cannot have it in two seconds gives way rather than queue every sale behind itself.
set local lock_timeout = '2s';

alter table public.transactions
    add column store_id text,
    add column product_id text;
comment on column public.transactions.store_id is 'stores.store_id; follows geography_id';
comment on column public.transactions.product_id is 'products.product_id; follows organization_id';

-- Before the row is stored: its keys, and the cashier it names.
create function public.transactions_fill_keys() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog, public, pg_temp
as $$
begin
    new.store_id := new.geography_id::text;
    new.product_id := new.organization_id::text;
    -- Looked at first: an upsert alone would lock the cashier's row, and make every till wait for the one before.
    if not exists (
        select from public.cashiers as c
        where c.cashier_id = new.cashier_code and (c.cashier_name = new.cashier_name or c.named_by > new.id)
    ) then
        insert into public.cashiers as c (cashier_id, cashier_name, named_by)
        values (new.cashier_code, new.cashier_name, new.id)
        on conflict (cashier_id) do update
            set cashier_name = excluded.cashier_name, named_by = excluded.named_by
            where c.named_by <= excluded.named_by;
    end if;
    return new;
end
$$;
comment on function public.transactions_fill_keys() is 'Gives a sale of the old application its store, product and cashier';
revoke all on function public.transactions_fill_keys() from public;
create trigger transactions_fill_keys
    before insert or update of id, geography_id, organization_id, cashier_code, cashier_name on public.transactions
    for each row execute function public.transactions_fill_keys();

-- After it is stored: its line. An upsert, since the population of step 2.2 may be writing the same line.
create function public.transactions_keep_items() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog, public, pg_temp
as $$
begin
    if tg_op = 'DELETE' or tg_op = 'UPDATE' and new.id <> old.id then
        delete from public.transaction_items where transaction_id = old.id;
    end if;
    if tg_op <> 'DELETE' then
        insert into public.transaction_items (transaction_id, line_number, product_id, quantity, unit_price, discount)
        values (new.id, 1, new.organization_id::text, new.quantity, new.unit_price, new.discount)
        on conflict (transaction_id, line_number) do update set
            product_id = excluded.product_id, quantity = excluded.quantity, unit_price = excluded.unit_price,
            discount = excluded.discount;
    end if;
    return null;
end
$$;
comment on function public.transactions_keep_items() is 'Keeps the line of a sale in step with the sale';
revoke all on function public.transactions_keep_items() from public;
create trigger transactions_keep_items
    after insert or delete or update of id, organization_id, quantity, unit_price, discount on public.transactions
    for each row execute function public.transactions_keep_items();

insert into public.migration_log (step, phase, description, started_at, finished_at)
values ('210_transaction_columns', '2.1', 'transactions.store_id and product_id, filled for every new sale', now(), clock_timestamp());
