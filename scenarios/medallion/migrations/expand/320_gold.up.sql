-- Step 3.2: what the dashboards ask, answered beforehand. Each has a unique key, so it is refreshed while it is read.
create schema gold;
comment on schema gold is 'Answers of the dashboards, stored';

create materialized view gold.regional_daily as
select
    s.region,
    d.sale_date,
    count(*) as stores,
    sum(d.sales)::bigint as sales,
    sum(d.quantity)::bigint as quantity,
    sum(d.peso_value) as peso_value
from silver.store_day as d
join public.stores as s on s.store_id = d.store_id
group by 1, 2;
create unique index regional_daily_key on gold.regional_daily (region, sale_date);
create index regional_daily_sale_date_idx on gold.regional_daily (sale_date);
comment on materialized view gold.regional_daily is 'What each region sold each day';

create materialized view gold.top_brands_by_region as
select
    s.region,
    m.month,
    p.brand_name,
    rank() over (partition by s.region, m.month order by sum(m.peso_value) desc, p.brand_name) as place,
    sum(m.sales)::bigint as sales,
    sum(m.quantity)::bigint as quantity,
    sum(m.peso_value) as peso_value
from silver.store_product_month as m
join public.stores as s on s.store_id = m.store_id
join silver.products as p on p.product_id = m.product_id
group by s.region, m.month, p.brand_name;
create unique index top_brands_by_region_key on gold.top_brands_by_region (region, month, brand_name);
comment on materialized view gold.top_brands_by_region is 'Brands of each region and month by what they sold';

create materialized view gold.product_month as
select
    p.product_id,
    p.product_name,
    p.brand_name,
    p.category_name,
    m.month,
    sum(m.sales)::bigint as sales,
    sum(m.quantity)::bigint as quantity,
    sum(m.peso_value) as peso_value
from silver.store_product_month as m
join silver.products as p on p.product_id = m.product_id
group by 1, 2, 3, 4, 5;
create unique index product_month_key on gold.product_month (product_id, month);
comment on materialized view gold.product_month is 'What was sold of each product each month';

create materialized view gold.cashier_totals as
select
    m.cashier_id,
    c.cashier_name,
    m.month,
    m.sales,
    m.quantity,
    m.peso_value
from silver.cashier_month as m
join public.cashiers as c on c.cashier_id = m.cashier_id;
create unique index cashier_totals_key on gold.cashier_totals (cashier_id, month);
create index cashier_totals_month_idx on gold.cashier_totals (month);
comment on materialized view gold.cashier_totals is 'What each cashier sold each month';

create function public.refresh_all_gold_views() returns table (view_name text, refreshed_at timestamptz)
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
        where v.schemaname = 'gold'
        order by v.matviewname
    loop
        execute 'refresh materialized view concurrently ' || stored.name;
        view_name := stored.name;
        refreshed_at := clock_timestamp();
        return next;
    end loop;
end
$$;
comment on function public.refresh_all_gold_views() is 'Brings the gold views up to date with silver while they are read';
revoke all on function public.refresh_all_gold_views() from public;
grant execute on function public.refresh_all_gold_views() to service_role;

grant usage on schema gold to authenticated, service_role;
grant select on gold.regional_daily, gold.top_brands_by_region, gold.product_month, gold.cashier_totals
    to authenticated, service_role;

insert into public.migration_log (step, phase, description, rows_affected, started_at, finished_at)
values (
    '320_gold', '3.2', 'gold views',
    (select count(*) from gold.regional_daily) + (select count(*) from gold.top_brands_by_region)
    + (select count(*) from gold.product_month) + (select count(*) from gold.cashier_totals),
    now(), clock_timestamp());
