-- Step 1.3: organization → brands, categories, products, and the trigger that keeps them current until step 1.4.
set local lock_timeout = '2s';

-- Whoever writes a product may name a brand or category that is new; the row it points to is made on the way.
create function public.products_name_parents() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog, public, pg_temp
as $$
begin
    if new.brand_name is not null and not exists (
        select from public.brands as b where b.brand_name = new.brand_name
    ) then
        insert into public.brands (brand_name) values (new.brand_name) on conflict (brand_name) do nothing;
    end if;
    if new.category_name is not null and not exists (
        select from public.categories as c where c.category_name = new.category_name
    ) then
        insert into public.categories (category_name) values (new.category_name) on conflict (category_name) do nothing;
    end if;
    return new;
end
$$;
revoke all on function public.products_name_parents() from public;
create trigger products_name_parents before insert or update of brand_name, category_name on public.products
    for each row execute function public.products_name_parents();

create function public.organization_to_products() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog, public, pg_temp
as $$
begin
    if tg_op <> 'INSERT' and (tg_op = 'DELETE' or new.id <> old.id)
        and not exists (select from public.organization as o where o.id = old.id) then
        delete from public.products where legacy_id = old.id;
    end if;
    if tg_op <> 'DELETE' then
        insert into public.products (
            legacy_id, sku, barcode, product_name, brand_name, category_name, subcategory, unit_price,
            unit_of_measure, is_active, created_at, updated_at)
        values (
            new.id, new.sku, new.barcode, new.product_name, new.brand, new.category, new.subcategory, new.unit_price,
            new.unit_of_measure, new.is_active, new.created_at, new.updated_at)
        on conflict (legacy_id) do update set
            sku = excluded.sku, barcode = excluded.barcode, product_name = excluded.product_name,
            brand_name = excluded.brand_name, category_name = excluded.category_name,
            subcategory = excluded.subcategory, unit_price = excluded.unit_price,
            unit_of_measure = excluded.unit_of_measure, is_active = excluded.is_active,
            created_at = excluded.created_at, updated_at = excluded.updated_at;
    end if;
    return null;
end
$$;
revoke all on function public.organization_to_products() from public;
create trigger organization_to_products after insert or update or delete on public.organization
    for each row execute function public.organization_to_products();

with newest as (
    select distinct on (o.id) o.*
    from public.organization as o
    order by o.id, o.updated_at desc, o::text
),

named_brands as (
    insert into public.brands (brand_name)
    select distinct newest.brand from newest where newest.brand is not null
)

insert into public.categories (category_name)
select distinct newest.category from newest;

insert into public.products (
    legacy_id, sku, barcode, product_name, brand_name, category_name, subcategory, unit_price, unit_of_measure,
    is_active, created_at, updated_at)
select distinct on (o.id)
    o.id, o.sku, o.barcode, o.product_name, o.brand, o.category, o.subcategory, o.unit_price, o.unit_of_measure,
    o.is_active, o.created_at, o.updated_at
from public.organization as o
order by o.id, o.updated_at desc, o::text
on conflict (product_id) do nothing;

with ranked as (
    select o.id, to_jsonb(o) as row, row_number() over (partition by o.id order by o.updated_at desc, o::text) as place
    from public.organization as o
),

dropped as (
    select
        count(*) as rows,
        jsonb_agg(distinct ranked.id) as keys,
        jsonb_agg(ranked.row order by ranked.id, ranked.place) as set_aside
    from ranked
    where ranked.place > 1
)

insert into public.migration_log (step, phase, description, status, rows_affected, details, started_at, finished_at)
select
    '120_products', '1.3', 'organization copied to brands, categories and products',
    case when dropped.rows > 0 then 'repaired' else 'done' end,
    (select count(*) from public.products),
    case when dropped.rows > 0
        then jsonb_build_object(
            'repair', 'duplicate_keys', 'relation', 'organization', 'rows', dropped.rows, 'keys', dropped.keys,
            'set_aside', dropped.set_aside)
        else '{}' end,
    now(), clock_timestamp()
from dropped;
