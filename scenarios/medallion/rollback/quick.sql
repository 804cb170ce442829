-- Quick rollback: stop the new processing and give `transactions` back its old shape. Seconds, at any size.
-- The views of step 1.4 stay, so the application goes on as it is; so does bronze, with what it received.
-- Going forward again starts at step 210.
set lock_timeout = '10s';
begin;

-- A role may change its own jobs by this function; writing to cron.job itself takes a superuser.
do $$
begin
    if to_regclass('cron.job') is not null then
        perform cron.alter_job(jobid, active := false) from cron.job where jobname like '%medallion%' and active;
    end if;
end
$$;

-- They read the columns that go.
drop function if exists public.verify_migration(), public.check_medallion_health(),
    public.refresh_all_gold_views(), public.refresh_all_silver_views();
drop schema if exists gold cascade;
drop schema if exists silver cascade;

-- A sale locks transactions before all else it touches; so does this, or the two could wait for each other.
lock table public.transactions in access exclusive mode;

alter table public.transaction_items
    drop constraint if exists fk_transaction_items_transaction,
    drop constraint if exists fk_transaction_items_product;
alter table public.transactions
    drop constraint if exists fk_transactions_store,
    drop constraint if exists fk_transactions_product,
    drop constraint if exists fk_transactions_cashier;

-- Left in place, they would fail every sale for want of the columns.
drop trigger if exists transactions_keep_items on public.transactions;
drop trigger if exists transactions_fill_keys on public.transactions;
drop function if exists public.transactions_keep_items(), public.transactions_fill_keys();

drop index if exists public.transactions_cashier_code_idx, public.transaction_items_product_id_idx;
alter table public.transactions
    drop column if exists store_id,
    drop column if exists product_id;

-- Nothing keeps them current any more; the sales hold all of it.
truncate public.transaction_items, public.cashiers;

-- The log says what stands. The function that reads cron goes last of all with its step.
drop function if exists public.get_cron_job_status();
delete from public.migration_log where step >= '210' and step <> '300_bronze';
commit;
reset lock_timeout;
