-- A bulk load once dropped the keys of geography and organization and never made them again. Three stores and two
-- products stand there twice: one as an exact copy, the others as an older state of the same row.
alter table public.transactions
    drop constraint transactions_geography_id_fkey,
    drop constraint transactions_organization_id_fkey;
-- store_sales_summary groups by the primary key and so depends on it; it says its columns instead.
create or replace view public.store_sales_summary as
select
    g.id,
    g.store_name,
    g.region,
    count(t.id) as sales,
    coalesce(sum(t.peso_value), 0) as peso_value,
    max(t.transaction_date) as last_sale
from public.geography as g
left join public.transactions as t on t.geography_id = g.id
group by g.id, g.store_name, g.region;
alter table public.geography drop constraint geography_pkey;
alter table public.organization drop constraint organization_pkey;

insert into public.geography
select g.* from public.geography as g where g.id = 3;
insert into public.geography (
    id, store_code, store_name, store_type, region, province, city_municipality, barangay, latitude, longitude,
    location, is_active, opened_on, created_at, updated_at)
select
    g.id, g.store_code, g.store_name || ' (old)', g.store_type, g.region, g.province, g.city_municipality, g.barangay,
    g.latitude, g.longitude, g.location, false, g.opened_on, g.created_at, g.updated_at - interval '90 days'
from public.geography as g
where g.id in (7, 21);

insert into public.organization (
    id, sku, barcode, product_name, brand, category, subcategory, unit_price, unit_of_measure, is_active, created_at,
    updated_at)
select
    o.id, o.sku, o.barcode, o.product_name, upper(o.brand), o.category, o.subcategory, o.unit_price - 1,
    o.unit_of_measure, o.is_active, o.created_at, o.updated_at - interval '30 days'
from public.organization as o
where o.id in (5, 12);
