-- Script 03 as the document has it: the stored view, and a trigger that refreshes it on every write. It is fresh, and
-- each writer waits for a refresh of every user's rows, one after the other.
set local lock_timeout = '2s';

create materialized view public.electricity_readings_mv as
select
    e.event_id, e.id, e.user_id, e.event_type, e.date, e.reading, e.token_units, e.token_cost, e.is_meter_reset, e.notes,
    e.created_at, e.updated_at, e.consumption,
    sum(e.consumption) over so_far as position,
    sum(e.token_units) over so_far - sum(e.consumption) over so_far as balance
from (
    select
        t.id as event_id, t.reading_id as id, t.user_id, t.event_type, t.event_date as date, t.reading, t.token_units,
        t.token_cost, t.is_meter_reset, t.notes, t.created_at, t.updated_at,
        case
            when t.is_meter_reset then 0.00
            else coalesce(
                t.reading - lag(t.reading) over (partition by t.user_id order by t.event_date, t.reading_id), 0.00)
        end as consumption
    from public.token_events as t
    where t.is_voided = false
) as e
window so_far as (partition by e.user_id order by e.date, e.id rows unbounded preceding)
with data;
comment on materialized view public.electricity_readings_mv is 'Positions, stored; read it through electricity_readings_v';

-- Without it there is no REFRESH … CONCURRENTLY.
create unique index electricity_readings_mv_event_key on public.electricity_readings_mv (event_id);
create index electricity_readings_mv_user_date_idx on public.electricity_readings_mv (user_id, date desc, id desc);

-- A materialised view has no row security: whoever may read it reads every user's rows, and the default privileges let
-- everybody. So nobody may.
revoke all on public.electricity_readings_mv from anon, authenticated, service_role;

create function public.refresh_readings_mv() returns trigger
    language plpgsql
    security definer
    set search_path = ''
    -- Not those of the function that moves the data and fires this.
    set enable_hashjoin = on
    set enable_mergejoin = on
    set enable_seqscan = on
as $$
begin
    refresh materialized view concurrently public.electricity_readings_mv;
    return null;
end
$$;
comment on function public.refresh_readings_mv() is 'Brings electricity_readings_mv up to date on every write';
revoke all on function public.refresh_readings_mv() from public, anon, authenticated, service_role;

create trigger token_events_refresh
    after insert or update or delete on public.token_events
    for each statement execute function public.refresh_readings_mv();

-- A view asks with its owner's rights, so it filters by itself: a caller who is under row security gets what is the
-- caller's own.
create view public.electricity_readings_v with (security_barrier = true) as
select
    m.id, m.user_id, m.date, m.reading, m.token_units, m.token_cost, m.is_meter_reset, m.notes, m.created_at, m.updated_at,
    m.consumption, m.position, m.balance, m.event_id, m.event_type
from public.electricity_readings_mv as m
where m.user_id = (select auth.uid()) or not (select row_security_active('public.token_events'));
comment on view public.electricity_readings_v is 'What electricity_readings and reading_history show, out of the events';
revoke all on public.electricity_readings_v from anon, authenticated, service_role;
grant select on public.electricity_readings_v to authenticated, service_role;
