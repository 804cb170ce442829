-- Full rollback: the database as it was before step 010, with every row written since. It starts from the end of the
-- path, from the end of a quick rollback, or from anything between, and needs no backup.
set lock_timeout = '10s';
begin;

-- Raw sales that were not loaded exist nowhere else.
do $$
declare
    waiting bigint := 0;
begin
    if to_regclass('bronze.raw_transactions') is not null then
        execute 'select count(*) from bronze.raw_transactions where processed_at is null' into waiting;
    end if;
    if waiting > 0 then
        raise exception '% raw sales are not processed yet', waiting
            using hint = 'run select process_bronze_transactions() until it returns 0, or delete them, then roll back';
    end if;
end
$$;

-- 3.3
drop function if exists public.get_cron_job_status();
do $$
begin
    if to_regclass('cron.job') is not null then
        perform cron.unschedule(jobid) from cron.job where jobname like '%medallion%';
        -- An extension that somebody else uses, or made, is left alone.
        if (select (details ->> 'made_extension')::boolean from public.migration_log where step = '010_migration_log')
            and not exists (select from cron.job) then
            drop extension pg_cron;
        end if;
    end if;
end
$$;

-- 3.2, 3.1
drop function if exists public.verify_migration(), public.check_medallion_health(),
    public.refresh_all_gold_views(), public.refresh_all_silver_views(), public.process_bronze_transactions(integer);
drop schema if exists gold cascade;
drop schema if exists silver cascade;
drop schema if exists bronze cascade;

-- 2.3, 2.1
-- A sale locks transactions before all else it touches; so does this, or the two could wait for each other.
lock table public.transactions in access exclusive mode;
drop table if exists public.transaction_items;
drop trigger if exists transactions_keep_items on public.transactions;
drop trigger if exists transactions_fill_keys on public.transactions;
drop function if exists public.transactions_keep_items(), public.transactions_fill_keys();
alter table public.transactions
    drop constraint if exists fk_transactions_store,
    drop constraint if exists fk_transactions_product,
    drop constraint if exists fk_transactions_cashier;
drop index if exists public.transactions_cashier_code_idx;
alter table public.transactions
    drop column if exists store_id,
    drop column if exists product_id;

-- Sales that were set aside come back.
do $$
begin
    if to_regclass('legacy.orphaned_transactions') is not null then
        insert into public.transactions (
            id, transaction_code, geography_id, organization_id, cashier_code, cashier_name, till_number,
            transaction_date, quantity, unit_price, discount, payment_method, customer_age_bracket, customer_gender,
            is_loyalty_member, notes, created_at)
        select
            o.id, o.transaction_code, o.geography_id, o.organization_id, o.cashier_code, o.cashier_name,
            o.till_number, o.transaction_date, o.quantity, o.unit_price, o.discount, o.payment_method,
            o.customer_age_bracket, o.customer_gender, o.is_loyalty_member, o.notes, o.created_at
        from legacy.orphaned_transactions as o;
        drop table legacy.orphaned_transactions;
    end if;
end
$$;

commit;

-- A second transaction: one that held sales and stores at once could deadlock with whoever joins them. Run again, this
-- script goes on where it stopped.
begin;

-- Grants that were given are taken back: of `transactions` here, of the views by dropping them.
do $$
begin
    if exists (
        select from public.migration_log where step = '140_grants' and details -> 'keys' ? 'transactions'
    ) then
        revoke select on public.transactions from authenticated;
    end if;
end
$$;

-- 1.4: the old tables under their old names, if the views have them now.
do $$
begin
    if to_regclass('legacy.geography') is not null then
        lock table public.geography, public.organization, legacy.geography, legacy.organization in access exclusive mode;
        drop view public.geography, public.organization;
        drop trigger stores_to_geography on public.stores;
        drop trigger products_to_organization on public.products;
        drop function public.stores_to_geography(), public.products_to_organization();
        alter table legacy.geography enable trigger geography_touch;
        alter table legacy.organization enable trigger organization_touch;
        alter table legacy.geography set schema public;
        alter table legacy.organization set schema public;
        alter sequence public.geography_id_seq owned by public.geography.id;
        alter sequence public.organization_id_seq owned by public.organization.id;
    end if;
end
$$;

-- 1.3, 1.2, 1.1: children before parents, and `categories` by its name.
drop trigger if exists organization_to_products on public.organization;
drop trigger if exists geography_to_stores on public.geography;
drop table if exists public.cashiers, public.products, public.categories, public.brands, public.stores;
drop function if exists public.organization_to_products(), public.geography_to_stores(), public.products_name_parents(),
    public.products_fill_key(), public.stores_fill_key();

drop table public.migration_log;
drop schema legacy;
commit;
reset lock_timeout;
