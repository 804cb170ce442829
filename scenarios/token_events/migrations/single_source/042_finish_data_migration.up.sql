-- no-transaction
-- Script 04, behind the data. Each statement can be run again, so a run that was killed is run again.

-- Entries of the dual write whose reading was deleted, or that never named one; a thousand at a time, each for itself, so
-- that no writer waits for all of them.
do $$
declare
    last uuid := '00000000-0000-0000-0000-000000000000';
    entries uuid[];
begin
    loop
        select array_agg(t.id order by t.id) into entries
        from (
            select t.id
            from public.token_events as t
            where t.is_voided is null and t.id > last
                and (t.reading_id is null
                    or not exists (select from public.electricity_readings as r where r.id = t.reading_id))
            order by t.id
            limit 1000
        ) as t;
        exit when entries is null;
        update public.token_events as t
        set is_voided = true, voided_at = t.created_at, void_reason = 'no reading'
        where t.id = any (entries) and t.is_voided is null;
        last := entries[cardinality(entries)];
        commit;
    end loop;
end
$$;

-- As in `migrate_readings`, in one statement and so in one snapshot: what comes meanwhile is on both sides or on none.
do $$
declare
    readings bigint;
    events bigint;
    set_aside bigint;
    unjudged bigint;
begin
    select
        (select count(*) from public.electricity_readings),
        (select count(*) from public.token_events where is_voided = false),
        (
            select count(distinct t.reading_id)
            from public.token_events as t
            join public.electricity_readings as r on r.id = t.reading_id
            where t.void_reason in ('duplicate', 'impossible values')
                and not exists (
                    select from public.token_events as k where k.reading_id = t.reading_id and k.is_voided = false)),
        (
            select count(*)
            from public.token_events as t
            join public.electricity_readings as r on r.id = t.reading_id
            where t.is_voided is null)
    into readings, events, set_aside, unjudged;
    if readings <> events + set_aside or unjudged > 0 then
        raise exception '% readings, but % events that count, % set aside and % not judged', readings, events, set_aside, unjudged
            using hint = 'recalculation_batches has what became of each batch';
    end if;
    delete from public.recalculation_batches where trigger_type = 'validation' and details ->> 'when' = 'after';
    insert into public.recalculation_batches (trigger_type, events_count, details)
    values (
        'validation', events,
        jsonb_build_object('when', 'after', 'readings', readings, 'events', events, 'set_aside', set_aside));
end
$$;

-- First whatever is written is queued, then the rows are stored: a write is in the snapshot or in the queue. The lock
-- waits for writers under way, and not longer than they take.
set lock_timeout = '2s';
alter table public.token_events
    enable trigger token_events_queue_inserted,
    enable trigger token_events_queue_updated,
    enable trigger token_events_queue_deleted;
reset lock_timeout;

analyze public.token_events;

refresh materialized view public.electricity_readings_mv;

analyze public.electricity_readings_mv;

-- Stored rows, and for users with changes that are not stored yet, live ones: never out of date, whenever the refresh comes.
-- The barrier keeps a caller's own functions from seeing rows before the filter. It would also keep the order of the index
-- from the query outside, so that a page costs what all rows of its user cost; so the stored rows have that order here, and
-- a page is read off the index and no further. Who is under row security and who is not are apart, since no index helps
-- with a condition that is either.
create or replace view public.electricity_readings_v with (security_barrier = true) as
(select
    m.id, m.user_id, m.date, m.reading, m.token_units, m.token_cost, m.is_meter_reset, m.notes, m.created_at, m.updated_at,
    m.consumption, m.position, m.balance, m.event_id, m.event_type
from public.electricity_readings_mv as m
where m.user_id = (select auth.uid()) and (select row_security_active('public.token_events'))
    and not exists (select from private.readings_refresh_queue as q where q.user_id = (select auth.uid()))
order by m.date desc, m.id desc)
union all
(select
    m.id, m.user_id, m.date, m.reading, m.token_units, m.token_cost, m.is_meter_reset, m.notes, m.created_at, m.updated_at,
    m.consumption, m.position, m.balance, m.event_id, m.event_type
from public.electricity_readings_mv as m
where not (select row_security_active('public.token_events'))
    and m.user_id <> all (array(select distinct q.user_id from private.readings_refresh_queue as q))
order by m.user_id, m.date desc, m.id desc)
union all
select
    p.id, p.user_id, p.date, p.reading, p.token_units, p.token_cost, p.is_meter_reset, p.notes, p.created_at, p.updated_at,
    p.consumption, p.position, p.balance, p.event_id, p.event_type
from (select distinct q.user_id from private.readings_refresh_queue as q) as u
cross join lateral public.calculate_user_positions(u.user_id) as p
where u.user_id = (select auth.uid()) or not (select row_security_active('public.token_events'));

-- The debounced refresh.
do $$
declare
    home text := current_setting('cron.database_name', true);
begin
    if home is distinct from current_database()::text then
        raise exception 'pg_cron runs its jobs in `%`, not in `%`', coalesce(home, 'no database'), current_database()
            using hint = 'set shared_preload_libraries = ''pg_cron'' and cron.database_name to this database, then restart';
    end if;
end
$$;
create extension if not exists pg_cron with schema pg_catalog;
select cron.schedule('refresh_readings_mv', '* * * * *', 'select public.refresh_readings_mv()');
