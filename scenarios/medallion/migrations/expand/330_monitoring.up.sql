-- Step 3.2: how anyone finds out whether it is well. Both only read.
create function public.verify_migration()
    returns table (check_name text, expected bigint, actual bigint, passed boolean)
    language sql
    stable
    security definer
    set search_path = pg_catalog, public, pg_temp
as $$
    select c.check_name, c.expected, c.actual, c.expected = c.actual
    from (
        values
            ('stores', (select count(distinct id) from legacy.geography), (select count(*) from public.stores)),
            ('stores missing', 0, (
                select count(*) from legacy.geography as g
                where not exists (select from public.stores as s where s.store_id = g.id::text))),
            ('stores altered', 0, (
                select count(*) from (
                    (select distinct on (id) id, store_code, store_name, store_type, region, province,
                        city_municipality, barangay, latitude, longitude, location::text, is_active, opened_on,
                        created_at, updated_at
                    from legacy.geography as g order by id, updated_at desc, g::text)
                    except
                    select legacy_id, store_code, store_name, store_type, region, province, city_municipality,
                        barangay, latitude, longitude, location::text, is_active, opened_on, created_at, updated_at
                    from public.stores) as differing)),
            ('products', (select count(distinct id) from legacy.organization), (select count(*) from public.products)),
            ('products altered', 0, (
                select count(*) from (
                    (select distinct on (id) id, sku, barcode, product_name, brand, category, subcategory, unit_price,
                        unit_of_measure, is_active, created_at, updated_at
                    from legacy.organization as o order by id, updated_at desc, o::text)
                    except
                    select legacy_id, sku, barcode, product_name, brand_name, category_name, subcategory, unit_price,
                        unit_of_measure, is_active, created_at, updated_at
                    from public.products) as differing)),
            ('geography by its old name', (select count(*) from public.stores), (select count(*) from public.geography)),
            ('organization by its old name', (select count(*) from public.products), (select count(*) from public.organization)),
            ('transactions of another store', 0, (
                select count(*) from public.transactions where store_id is distinct from geography_id::text)),
            ('transactions of another product', 0, (
                select count(*) from public.transactions where product_id is distinct from organization_id::text)),
            ('cashiers', (select count(*) from (select cashier_code from public.transactions group by 1) as named), (
                select count(*) from public.cashiers as c
                where exists (select from public.transactions as t where t.cashier_code = c.cashier_id))),
            ('transaction_items', (select count(*) from public.transactions), (select count(*) from public.transaction_items)),
            ('transaction_items altered', 0, (
                select count(*) from public.transactions as t
                join public.transaction_items as i on i.transaction_id = t.id
                where (i.product_id, i.quantity, i.unit_price, i.discount, i.line_total)
                    is distinct from (t.organization_id::text, t.quantity, t.unit_price, t.discount, t.peso_value))),
            ('foreign keys valid', 5, (
                select count(*) from pg_constraint
                where contype = 'f' and convalidated and conname in (
                    'fk_transactions_store', 'fk_transactions_product', 'fk_transactions_cashier',
                    'fk_transaction_items_transaction', 'fk_transaction_items_product'))),
            ('writes carried to the kept tables', 2, (
                select count(*) from pg_trigger
                where tgenabled = 'O' and tgname in ('stores_to_geography', 'products_to_organization'))),
            ('sales carried to the new tables', 2, (
                select count(*) from pg_trigger
                where tgenabled = 'O' and tgname in ('transactions_fill_keys', 'transactions_keep_items')))
    ) as c (check_name, expected, actual)
$$;
comment on function public.verify_migration() is 'The new tables against the kept ones; every row must have passed';
revoke all on function public.verify_migration() from public;
grant execute on function public.verify_migration() to service_role;

create function public.check_medallion_health() returns table (component text, status text, detail text)
    language plpgsql
    security definer
    set search_path = pg_catalog, public, pg_temp
as $$
declare
    sold numeric := (select coalesce(sum(t.peso_value), 0) from public.transactions as t);
    stored record;
    total numeric;
    amount bigint;
    age interval;
begin
    select count(*), now() - min(r.received_at) into amount, age
    from bronze.raw_transactions as r where r.processed_at is null;
    component := 'bronze';
    status := case when amount = 0 or age < interval '5 minutes' then 'ok' else 'late' end;
    detail := format('%s raw sales waiting', amount);
    return next;

    select count(*) into amount from bronze.raw_transactions as r where r.outcome = 'rejected';
    component := 'bronze rejects';
    status := case when amount = 0 then 'ok' else 'look' end;
    detail := format('%s raw sales rejected', amount);
    return next;

    select count(*) into amount
    from public.transactions as t
    where t.store_id is null or t.product_id is null
        or not exists (select from public.transaction_items as i where i.transaction_id = t.id);
    component := 'silver';
    status := case when amount = 0 then 'ok' else 'failed' end;
    detail := format('%s sales without store, product or line', amount);
    return next;

    for stored in
        select format('%I.%I', v.schemaname, v.matviewname) as name
        from pg_matviews as v
        where v.schemaname in ('silver', 'gold')
        order by v.schemaname desc, v.matviewname
    loop
        execute format('select coalesce(sum(peso_value), 0) from %s', stored.name) into total;
        component := stored.name;
        status := case when total = sold then 'ok' else 'stale' end;
        detail := format('%s of %s pesos', total, sold);
        return next;
    end loop;

    component := 'jobs';
    if to_regclass('cron.job') is null then
        status := 'off';
        detail := 'pg_cron is not installed';
    else
        execute 'select count(*) from cron.job where jobname like ''%medallion%'' and active' into amount;
        status := case when amount = 3 then 'ok' else 'off' end;
        detail := format('%s of 3 jobs active', amount);
    end if;
    return next;

    -- The scheduler ends for good when its database is dropped or its session terminated; only a restart revives it.
    component := 'scheduler';
    status := case when exists (
        select from pg_stat_activity as a where a.backend_type = 'pg_cron launcher' and a.datname = current_database()
    ) then 'ok' else 'off' end;
    detail := 'the background worker of pg_cron';
    return next;
end
$$;
comment on function public.check_medallion_health() is 'One row a part of the medallion, `ok` when nothing needs doing';
revoke all on function public.check_medallion_health() from public;
grant execute on function public.check_medallion_health() to service_role;

insert into public.migration_log (step, phase, description, started_at, finished_at)
values ('330_monitoring', '3.2', 'verify_migration() and check_medallion_health()', now(), clock_timestamp());
