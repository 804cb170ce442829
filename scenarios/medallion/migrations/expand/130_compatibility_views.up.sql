-- Step 1.4: the old names become views over the new tables, and the old tables move to the schema `legacy`, in one
-- transaction: no session ever finds a name missing. From here stores and products are written, by the old and the
-- new application alike, and a trigger carries each write to the kept table, so going back loses nothing.
set local lock_timeout = '2s';

lock table public.geography, public.organization in access exclusive mode;

-- A sequence owned by a column moves with its table; the old application names it, so it stays.
alter sequence public.geography_id_seq owned by none;
alter sequence public.organization_id_seq owned by none;
drop trigger geography_to_stores on public.geography;
drop trigger organization_to_products on public.organization;
alter table public.geography set schema legacy;
alter table public.organization set schema legacy;

-- The mirror writes finished rows: what the old triggers compute is computed on the new tables now.
alter table legacy.geography disable trigger geography_touch;
alter table legacy.organization disable trigger organization_touch;
create trigger geography_touch before insert or update on public.stores
    for each row execute function public.geography_touch();
create trigger organization_touch before update on public.products
    for each row execute function public.organization_touch();

create function public.stores_to_geography() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog, public, pg_temp
as $$
begin
    if tg_op = 'DELETE' then
        delete from legacy.geography where id = old.legacy_id;
        return null;
    end if;
    if tg_op = 'UPDATE' then
        -- The key apart, and only when it changes: naming it locks the row against every sale that refers to it.
        if new.legacy_id <> old.legacy_id then
            update legacy.geography set id = new.legacy_id where id = old.legacy_id;
        end if;
        update legacy.geography set
            store_code = new.store_code, store_name = new.store_name,
            store_type = new.store_type, region = new.region, province = new.province,
            city_municipality = new.city_municipality, barangay = new.barangay, latitude = new.latitude,
            longitude = new.longitude, location = new.location, is_active = new.is_active,
            opened_on = new.opened_on, created_at = new.created_at, updated_at = new.updated_at
        where id = new.legacy_id;
        if found then
            return null;
        end if;
    end if;
    insert into legacy.geography (
        id, store_code, store_name, store_type, region, province, city_municipality, barangay, latitude, longitude,
        location, is_active, opened_on, created_at, updated_at)
    values (
        new.legacy_id, new.store_code, new.store_name, new.store_type, new.region, new.province,
        new.city_municipality, new.barangay, new.latitude, new.longitude, new.location, new.is_active,
        new.opened_on, new.created_at, new.updated_at);
    return null;
end
$$;
revoke all on function public.stores_to_geography() from public;
create trigger stores_to_geography after insert or update or delete on public.stores
    for each row execute function public.stores_to_geography();

create function public.products_to_organization() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog, public, pg_temp
as $$
begin
    if tg_op = 'DELETE' then
        delete from legacy.organization where id = old.legacy_id;
        return null;
    end if;
    if tg_op = 'UPDATE' then
        if new.legacy_id <> old.legacy_id then
            update legacy.organization set id = new.legacy_id where id = old.legacy_id;
        end if;
        update legacy.organization set
            sku = new.sku, barcode = new.barcode, product_name = new.product_name,
            brand = new.brand_name, category = new.category_name, subcategory = new.subcategory,
            unit_price = new.unit_price, unit_of_measure = new.unit_of_measure, is_active = new.is_active,
            created_at = new.created_at, updated_at = new.updated_at
        where id = new.legacy_id;
        if found then
            return null;
        end if;
    end if;
    insert into legacy.organization (
        id, sku, barcode, product_name, brand, category, subcategory, unit_price, unit_of_measure, is_active,
        created_at, updated_at)
    values (
        new.legacy_id, new.sku, new.barcode, new.product_name, new.brand_name, new.category_name, new.subcategory,
        new.unit_price, new.unit_of_measure, new.is_active, new.created_at, new.updated_at);
    return null;
end
$$;
revoke all on function public.products_to_organization() from public;
create trigger products_to_organization after insert or update or delete on public.products
    for each row execute function public.products_to_organization();

create view public.geography as
select
    legacy_id as id, store_code, store_name, store_type, region, province, city_municipality, barangay, latitude,
    longitude, location, is_active, opened_on, created_at, updated_at
from public.stores;

create view public.organization as
select
    legacy_id as id, sku, barcode, product_name, brand_name as brand, category_name as category, subcategory,
    unit_price, unit_of_measure, is_active, created_at, updated_at
from public.products;

-- Defaults, grants and comments of the tables, whatever they are on this database, go on to the views.
do $$
declare
    kept regclass;
    sight regclass;
    entry record;
begin
    foreach kept in array array['legacy.geography', 'legacy.organization']::regclass[] loop
        sight := (select ('public.' || quote_ident(relname))::regclass from pg_class where oid = kept);
        for entry in
            select a.attname, pg_get_expr(d.adbin, d.adrelid) as expression
            from pg_attrdef as d
            join pg_attribute as a on a.attrelid = d.adrelid and a.attnum = d.adnum
            where d.adrelid = kept and a.attgenerated = ''
            order by a.attnum
        loop
            execute format('alter view %s alter column %I set default %s', sight, entry.attname, entry.expression);
        end loop;
        for entry in
            select
                case when g.grantee = 0 then 'public' else quote_ident(r.rolname) end as grantee,
                g.privilege_type,
                case when g.is_grantable then ' with grant option' else '' end as grantable
            from pg_class as c
            cross join aclexplode(c.relacl) as g
            left join pg_roles as r on r.oid = g.grantee
            where c.oid = kept
        loop
            execute format('grant %s on %s to %s%s', entry.privilege_type, sight, entry.grantee, entry.grantable);
        end loop;
        for entry in
            select
                a.attname,
                case when g.grantee = 0 then 'public' else quote_ident(r.rolname) end as grantee,
                g.privilege_type,
                case when g.is_grantable then ' with grant option' else '' end as grantable
            from pg_attribute as a
            cross join aclexplode(a.attacl) as g
            left join pg_roles as r on r.oid = g.grantee
            where a.attrelid = kept and a.attnum > 0 and not a.attisdropped
        loop
            execute format('grant %s (%I) on %s to %s%s',
                entry.privilege_type, entry.attname, sight, entry.grantee, entry.grantable);
        end loop;
        for entry in
            select a.attname, d.description
            from pg_description as d
            left join pg_attribute as a on a.attrelid = d.objoid and a.attnum = d.objsubid and d.objsubid > 0
            where d.classoid = 'pg_class'::regclass and d.objoid = kept
        loop
            if entry.attname is null then
                execute format('comment on view %s is %L', sight, entry.description);
            else
                execute format('comment on column %s.%I is %L', sight, entry.attname, entry.description);
            end if;
        end loop;
    end loop;
end
$$;

insert into public.migration_log (step, phase, description, rows_affected, started_at, finished_at)
values ('130_compatibility_views', '1.4', 'geography and organization are views of stores and products', 2, now(), clock_timestamp());
