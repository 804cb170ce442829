-- Script 03: the stored view, unpopulated until the events are there; the view that answers in its place; and what
-- queues the users whose stored rows are out of date.
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
with no data;
comment on materialized view public.electricity_readings_mv is 'Positions, stored; read it through electricity_readings_v';

-- Without it there is no REFRESH … CONCURRENTLY.
create unique index electricity_readings_mv_event_key on public.electricity_readings_mv (event_id);
create index electricity_readings_mv_user_date_idx on public.electricity_readings_mv (user_id, date desc, id desc);

-- A materialised view has no row security: whoever may read it reads every user's rows, and the default privileges let
-- everybody. So nobody may.
revoke all on public.electricity_readings_mv from anon, authenticated, service_role;

create table private.readings_refresh_queue (
    id bigint generated always as identity primary key,
    user_id uuid not null,
    queued_at timestamptz not null default clock_timestamp()
);
comment on table private.readings_refresh_queue is 'Users whose rows of electricity_readings_mv are out of date; they are counted live';
create index readings_refresh_queue_user_id_idx on private.readings_refresh_queue (user_id);

create function private.queue_readings_refresh() returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
begin
    -- Rows are only added: two writers of one user do not wait for each other.
    insert into private.readings_refresh_queue (user_id) select distinct changed.user_id from changed;
    return null;
end
$$;

revoke all on function private.queue_readings_refresh() from public;

create trigger token_events_queue_inserted
    after insert on public.token_events
    referencing new table as changed
    for each statement execute function private.queue_readings_refresh();
create trigger token_events_queue_updated
    after update on public.token_events
    referencing new table as changed
    for each statement execute function private.queue_readings_refresh();
create trigger token_events_queue_deleted
    after delete on public.token_events
    referencing old table as changed
    for each statement execute function private.queue_readings_refresh();
-- There is nothing out of date before there is something stored.
alter table public.token_events
    disable trigger token_events_queue_inserted,
    disable trigger token_events_queue_updated,
    disable trigger token_events_queue_deleted;

-- Refreshes once for all that waits. What is queued meanwhile stays queued: only what was there before the refresh
-- took its snapshot is known to be in it.
create function public.refresh_readings_mv() returns bigint
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    waiting bigint[];
begin
    if not pg_try_advisory_xact_lock(hashtext('public.electricity_readings_mv')) then
        return 0;
    end if;
    select array_agg(q.id) into waiting from private.readings_refresh_queue as q;
    if waiting is null then
        return 0;
    end if;
    refresh materialized view concurrently public.electricity_readings_mv;
    delete from private.readings_refresh_queue where id = any (waiting);
    return cardinality(waiting);
end
$$;
comment on function public.refresh_readings_mv() is 'Brings electricity_readings_mv up to date and returns how many changes waited; 0 when another session is at it';
revoke all on function public.refresh_readings_mv() from public, anon, authenticated;

-- Counts live for now; 042 turns it to the stored rows. A view asks with its owner's rights, so it filters by itself: a
-- caller who is under row security gets what is the caller's own.
create view public.electricity_readings_v with (security_barrier = true) as
select
    p.id, p.user_id, p.date, p.reading, p.token_units, p.token_cost, p.is_meter_reset, p.notes, p.created_at, p.updated_at,
    p.consumption, p.position, p.balance, p.event_id, p.event_type
from (select distinct t.user_id from public.token_events as t) as u
cross join lateral public.calculate_user_positions(u.user_id) as p
where p.user_id = (select auth.uid()) or not (select row_security_active('public.token_events'));
comment on view public.electricity_readings_v is 'What electricity_readings and reading_history show, out of the events';
revoke all on public.electricity_readings_v from anon, authenticated, service_role;
grant select on public.electricity_readings_v to authenticated, service_role;
