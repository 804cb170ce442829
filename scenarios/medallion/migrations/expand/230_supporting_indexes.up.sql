-- no-transaction
-- Step 2.3: what the foreign keys and the new queries look up. Built while sales go on; a build that was cut short
-- leaves an invalid index under the name, so each name is cleared first.
set lock_timeout = '10s';
drop index concurrently if exists public.transactions_store_id_idx;
create index concurrently transactions_store_id_idx on public.transactions (store_id, transaction_date);
drop index concurrently if exists public.transactions_product_id_idx;
create index concurrently transactions_product_id_idx on public.transactions (product_id, transaction_date);
drop index concurrently if exists public.transactions_cashier_code_idx;
create index concurrently transactions_cashier_code_idx on public.transactions (cashier_code, transaction_date);
drop index concurrently if exists public.transaction_items_product_id_idx;
create index concurrently transaction_items_product_id_idx on public.transaction_items (product_id);
reset lock_timeout;

-- The population rewrote every sale: give its space back and count anew.
vacuum (analyze) public.transactions;
vacuum (analyze) public.transaction_items;
analyze public.stores, public.products, public.brands, public.categories, public.cashiers;

with populated as (
    update public.migration_log as l
    set
        status = 'done',
        rows_affected = case l.step
            when '220_transaction_keys' then (select count(*) from public.transactions where store_id is not null)
            when '221_cashiers' then (select count(*) from public.cashiers)
            else (select count(*) from public.transaction_items)
        end
    where l.step in ('220_transaction_keys', '221_cashiers', '222_transaction_items')
)

insert into public.migration_log (step, phase, description, rows_affected, finished_at)
values ('230_supporting_indexes', '2.3', 'indexes built concurrently, statistics renewed', 4, clock_timestamp())
on conflict (step) do update set finished_at = excluded.finished_at;
