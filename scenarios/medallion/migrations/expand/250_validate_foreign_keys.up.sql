-- Step 2.3: reads every row, under a lock that lets sales go on.
set local lock_timeout = '2s';

alter table public.transactions validate constraint fk_transactions_store;
alter table public.transactions validate constraint fk_transactions_product;
alter table public.transactions validate constraint fk_transactions_cashier;
alter table public.transaction_items validate constraint fk_transaction_items_transaction;
alter table public.transaction_items validate constraint fk_transaction_items_product;

insert into public.migration_log (step, phase, description, rows_affected, started_at, finished_at)
values ('250_validate_foreign_keys', '2.3', 'foreign keys valid', 5, now(), clock_timestamp());
