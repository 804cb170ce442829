-- Step 1.2: geography → stores. From here a trigger carries every write of the old application over, so the copy
-- cannot grow stale before the views of step 1.4 take the old names.
set local lock_timeout = '2s';

create function public.geography_to_stores() returns trigger
    language plpgsql
    security definer
    set search_path = pg_catalog, public, pg_temp
as $$
begin
    if tg_op <> 'INSERT' and (tg_op = 'DELETE' or new.id <> old.id)
        and not exists (select from public.geography as g where g.id = old.id) then
        delete from public.stores where legacy_id = old.id;
    end if;
    if tg_op <> 'DELETE' then
        insert into public.stores (
            legacy_id, store_code, store_name, store_type, region, province, city_municipality, barangay,
            latitude, longitude, location, is_active, opened_on, created_at, updated_at)
        values (
            new.id, new.store_code, new.store_name, new.store_type, new.region, new.province, new.city_municipality,
            new.barangay, new.latitude, new.longitude, new.location, new.is_active, new.opened_on, new.created_at,
            new.updated_at)
        on conflict (legacy_id) do update set
            store_code = excluded.store_code, store_name = excluded.store_name, store_type = excluded.store_type,
            region = excluded.region, province = excluded.province,
            city_municipality = excluded.city_municipality, barangay = excluded.barangay,
            latitude = excluded.latitude, longitude = excluded.longitude, location = excluded.location,
            is_active = excluded.is_active, opened_on = excluded.opened_on, created_at = excluded.created_at,
            updated_at = excluded.updated_at;
    end if;
    return null;
end
$$;
revoke all on function public.geography_to_stores() from public;

-- Creating it blocks writers until the copy commits: no write falls between the two.
create trigger geography_to_stores after insert or update or delete on public.geography
    for each row execute function public.geography_to_stores();

-- A key that stands more than once keeps its newest row; ON CONFLICT would let chance choose.
insert into public.stores (
    legacy_id, store_code, store_name, store_type, region, province, city_municipality, barangay,
    latitude, longitude, location, is_active, opened_on, created_at, updated_at)
select distinct on (g.id)
    g.id, g.store_code, g.store_name, g.store_type, g.region, g.province, g.city_municipality, g.barangay,
    g.latitude, g.longitude, g.location, g.is_active, g.opened_on, g.created_at, g.updated_at
from public.geography as g
order by g.id, g.updated_at desc, g::text
on conflict (store_id) do nothing;

with ranked as (
    select g.id, to_jsonb(g) as row, row_number() over (partition by g.id order by g.updated_at desc, g::text) as place
    from public.geography as g
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
    '110_stores', '1.2', 'geography copied to stores',
    case when dropped.rows > 0 then 'repaired' else 'done' end,
    (select count(*) from public.stores),
    case when dropped.rows > 0
        then jsonb_build_object(
            'repair', 'duplicate_keys', 'relation', 'geography', 'rows', dropped.rows, 'keys', dropped.keys,
            'set_aside', dropped.set_aside)
        else '{}' end,
    now(), clock_timestamp()
from dropped;
