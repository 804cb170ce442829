-- Step 3.2: clean views for people, and what they add up to, stored. A sale belongs to the day it was made in Manila.
create schema silver;
comment on schema silver is 'Clean and joined: views, and stored sums a refresh brings up to date';

create view silver.stores as
select
    store_id, store_code, store_name, store_type, region, province, city_municipality, barangay, latitude, longitude,
    location, is_active, opened_on
from public.stores;
comment on view silver.stores is 'Stores, without what only the old application needs';

create view silver.products as
select
    product_id, sku, barcode, product_name, coalesce(brand_name, '(unbranded)') as brand_name, category_name,
    subcategory, unit_price, unit_of_measure, is_active
from public.products;
comment on view silver.products is 'Products, each with a brand to show';

create view silver.transactions as
select
    t.id as transaction_id, t.transaction_code, t.store_id, s.region, i.product_id, p.brand_name, p.category_name,
    t.cashier_code as cashier_id, t.transaction_date,
    (t.transaction_date at time zone 'Asia/Manila')::date as sale_date,
    i.quantity, i.unit_price, i.discount, i.line_total as peso_value, t.payment_method, t.customer_age_bracket,
    t.customer_gender, t.is_loyalty_member
from public.transactions as t
join public.transaction_items as i on i.transaction_id = t.id
join public.stores as s on s.store_id = t.store_id
join silver.products as p on p.product_id = i.product_id;
comment on view silver.transactions is 'Lines of sale with store, product and day';

create materialized view silver.store_day as
select
    store_id,
    (transaction_date at time zone 'Asia/Manila')::date as sale_date,
    count(*) as sales,
    sum(quantity) as quantity,
    sum(peso_value) as peso_value
from public.transactions
group by 1, 2;
create unique index store_day_key on silver.store_day (store_id, sale_date);
comment on materialized view silver.store_day is 'What each store sold each day';

create materialized view silver.store_product_month as
select
    store_id,
    product_id,
    date_trunc('month', transaction_date at time zone 'Asia/Manila')::date as month,
    count(*) as sales,
    sum(quantity) as quantity,
    sum(peso_value) as peso_value
from public.transactions
group by 1, 2, 3;
create unique index store_product_month_key on silver.store_product_month (store_id, product_id, month);
comment on materialized view silver.store_product_month is 'What each store sold of each product each month';

create materialized view silver.cashier_month as
select
    cashier_code as cashier_id,
    date_trunc('month', transaction_date at time zone 'Asia/Manila')::date as month,
    count(*) as sales,
    sum(quantity) as quantity,
    sum(peso_value) as peso_value
from public.transactions
group by 1, 2;
create unique index cashier_month_key on silver.cashier_month (cashier_id, month);
comment on materialized view silver.cashier_month is 'What each cashier sold each month';

-- Only an owner may refresh, so the function acts as its owner; the views are named by the catalog, never by a caller.
create function public.refresh_all_silver_views() returns table (view_name text, refreshed_at timestamptz)
    language plpgsql
    security definer
    set search_path = pg_catalog, public, pg_temp
as $$
declare
    stored record;
begin
    for stored in
        select format('%I.%I', v.schemaname, v.matviewname) as name
        from pg_matviews as v
        where v.schemaname = 'silver'
        order by v.matviewname
    loop
        execute 'refresh materialized view concurrently ' || stored.name;
        view_name := stored.name;
        refreshed_at := clock_timestamp();
        return next;
    end loop;
end
$$;
comment on function public.refresh_all_silver_views() is 'Brings the stored silver views up to date while they are read';
revoke all on function public.refresh_all_silver_views() from public;
grant execute on function public.refresh_all_silver_views() to service_role;

grant usage on schema silver to authenticated, service_role;
grant select on all tables in schema silver to authenticated, service_role;

insert into public.migration_log (step, phase, description, rows_affected, started_at, finished_at)
values (
    '310_silver', '3.2', 'silver views',
    (select count(*) from silver.store_day) + (select count(*) from silver.store_product_month)
    + (select count(*) from silver.cashier_month),
    now(), clock_timestamp());
