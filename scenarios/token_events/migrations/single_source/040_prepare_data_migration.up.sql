-- no-transaction
-- Script 04, before the data: what is there is written down, and from here on whatever either application writes reaches
-- both sides, so that nothing that comes while the data are moved is missed.
--
-- Each statement commits by itself and can be run again. The old application writes to `electricity_readings` and then to
-- `token_events`, the new one the other way round, so a transaction that locks both deadlocks with one of them.
delete from public.recalculation_batches where trigger_type = 'validation' and details ->> 'when' = 'before';
insert into public.recalculation_batches (trigger_type, events_count, details)
select 'validation', count(*), jsonb_build_object(
    'when', 'before',
    'readings', count(*),
    'users_with_readings', count(distinct r.user_id),
    'dual_written', (select count(*) from public.token_events where is_voided is null),
    'readings_with_dual_write', (
        select count(distinct t.reading_id)
        from public.token_events as t
        join public.electricity_readings as e on e.id = t.reading_id),
    'made_extension', not exists (select from pg_extension where extname = 'pg_cron'))
from public.electricity_readings as r;

-- An application's own event. From the new application it has no reading yet, and gets one, so that the old application
-- sees it. From the old one it is the second half of a dual write, whose first half is an event already.
create or replace function private.accept_event() returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
begin
    if new.reading_id is null then
        insert into public.electricity_readings
            (user_id, date, reading, token_units, token_cost, is_meter_reset, notes)
        values (
            new.user_id, new.event_date, new.reading, coalesce(new.token_units, 0), coalesce(new.token_cost, 0),
            new.is_meter_reset, new.notes)
        returning id, token_units, token_cost, updated_at
        into new.reading_id, new.token_units, new.token_cost, new.updated_at;
        new.is_voided := false;
    elsif exists (select from public.token_events as t where t.reading_id = new.reading_id and t.is_voided is not null) then
        new.is_voided := true;
        new.voided_at := now();
        new.void_reason := 'dual write';
    end if;
    return new;
end
$$;

-- A reading of the old application becomes an event; a correction voids the event and enters another; a deletion voids.
create or replace function private.capture_reading() returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    reason text := case tg_op when 'INSERT' then 'late_entry' when 'UPDATE' then 'correction' else 'deletion' end;
    moved_from timestamptz;
    affected bigint;
begin
    if tg_op <> 'INSERT' then
        moved_from := old.date;
        update public.token_events as t
        set is_voided = true, voided_at = now(), void_reason = reason
        where t.reading_id = old.id and t.is_voided = false;
        -- Of a reading that was entered twice, the other entry counts now.
        update public.token_events as t
        set is_voided = false, voided_at = null, void_reason = null
        where t.id = (
            select twin.id
            from public.token_events as twin
            where twin.user_id = old.user_id and twin.event_date = old.date and twin.reading = old.reading
                and twin.token_units = old.token_units and twin.token_cost = old.token_cost
                and twin.void_reason = 'duplicate' and twin.reading_id <> old.id
            order by twin.reading_id
            limit 1);
    end if;
    if tg_op <> 'DELETE' then
        moved_from := least(moved_from, new.date);
        perform private.record_reading(new, jsonb_build_object('captured_from', 'electricity_readings'), gen_random_uuid());
    end if;
    select count(*) into affected
    from public.token_events as t
    where t.user_id = coalesce(new.user_id, old.user_id) and t.is_voided = false and t.event_date > moved_from;
    if tg_op <> 'INSERT' or affected > 0 then
        insert into public.recalculation_batches (user_id, trigger_type, events_count, details)
        values (
            coalesce(new.user_id, old.user_id), reason, affected,
            jsonb_build_object('reading_id', coalesce(new.id, old.id)));
    end if;
    return null;
end
$$;

-- The event of one reading: it counts, unless the same was entered before.
create or replace function private.record_reading(r public.electricity_readings, origin jsonb, event_id uuid) returns void
    language plpgsql
    set search_path = ''
as $$
begin
    insert into public.token_events (
        id, user_id, event_type, event_date, reading_id, reading, token_units, token_cost, is_meter_reset, notes, is_voided,
        metadata, created_at, updated_at)
    values (
        event_id, r.user_id,
        case when r.is_meter_reset then 'meter_reset' when r.token_units > 0 then 'top_up' else 'reading' end,
        r.date, r.id, r.reading, r.token_units, r.token_cost, r.is_meter_reset, r.notes, false, origin, r.created_at,
        r.updated_at)
    on conflict do nothing;
    if found or exists (select from public.token_events as t where t.reading_id = r.id and t.is_voided = false) then
        return;
    end if;
    insert into public.token_events (
        id, user_id, event_type, event_date, reading_id, reading, token_units, token_cost, is_meter_reset, notes, is_voided,
        voided_at, void_reason, metadata, created_at, updated_at)
    values (
        event_id, r.user_id,
        case when r.is_meter_reset then 'meter_reset' when r.token_units > 0 then 'top_up' else 'reading' end,
        r.date, r.id, r.reading, r.token_units, r.token_cost, r.is_meter_reset, r.notes, true, r.created_at, 'duplicate',
        origin, r.created_at, r.updated_at);
end
$$;

-- The readings behind `after`, up to `upto`, as events, and what became of each as a row of recalculation_batches.
-- What the tables held when they were last analysed tells nothing of what a batch will find in them: the planner is held to
-- the indexes, or each batch would read all events.
create or replace function private.migrate_readings(after bigint, upto bigint) returns bigint
    language plpgsql
    set search_path = ''
    set enable_hashjoin = off
    set enable_mergejoin = off
    set enable_seqscan = off
as $$
declare
    impossible bigint[];
    adopted bigint;
    superseded bigint;
    migrated bigint;
    duplicates bigint;
begin
    -- A correction or deletion of these rows waits for the end of the batch, and then finds the events.
    perform from public.electricity_readings as r where r.id > after and r.id <= upto order by r.id for share;

    select coalesce(array_agg(r.id order by r.id), '{}') into impossible
    from public.electricity_readings as r
    where r.id > after and r.id <= upto and (r.reading < 0 or r.token_units < 0 or r.token_cost < 0);

    -- The application's own event is taken as it is, the first of them where there are several, if it says what the
    -- reading says.
    with candidates as (
        select distinct on (r.id)
            t.id, r.is_meter_reset, r.notes, r.updated_at
        from public.electricity_readings as r
        join public.token_events as t
            on t.reading_id = r.id and t.is_voided is null and t.user_id = r.user_id and t.event_date = r.date
            and t.reading = r.reading and t.token_units = r.token_units and t.token_cost = r.token_cost
            and t.event_type = case when r.token_units > 0 then 'top_up' else 'reading' end
        where r.id > after and r.id <= upto and not r.is_meter_reset and r.id <> all (impossible)
            and not exists (
                select from public.token_events as k where k.reading_id = r.id and k.is_voided is not null)
            and not exists (
                select from public.electricity_readings as d
                where d.user_id = r.user_id and d.date = r.date and d.id < r.id and d.reading = r.reading
                    and d.token_units = r.token_units and d.token_cost = r.token_cost)
        order by r.id, t.created_at, t.id
    )
    update public.token_events as t
    set is_voided = false, notes = c.notes, updated_at = c.updated_at, metadata = '{"adopted": "dual write"}'
    from candidates as c
    where t.id = c.id;
    get diagnostics adopted = row_count;

    update public.token_events as t
    set is_voided = true, voided_at = t.created_at, void_reason = 'superseded'
    from public.electricity_readings as r
    where t.reading_id = r.id and t.is_voided is null and r.id > after and r.id <= upto;
    get diagnostics superseded = row_count;

    -- The id is a function of the reading's, so that a repeated migration arrives at the same events.
    insert into public.token_events (
        id, user_id, event_type, event_date, reading_id, reading, token_units, token_cost, is_meter_reset, notes, is_voided,
        metadata, created_at, updated_at)
    select
        md5('electricity_readings:' || r.id)::uuid, r.user_id,
        case when r.is_meter_reset then 'meter_reset' when r.token_units > 0 then 'top_up' else 'reading' end,
        r.date, r.id, r.reading, r.token_units, r.token_cost, r.is_meter_reset, r.notes, false,
        '{"migrated_from": "electricity_readings"}', r.created_at, r.updated_at
    from public.electricity_readings as r
    where r.id > after and r.id <= upto and r.id <> all (impossible)
        and not exists (
            select from public.token_events as t
            where t.reading_id = r.id and (t.is_voided = false or t.void_reason = 'duplicate'))
    order by r.id
    on conflict do nothing;
    get diagnostics migrated = row_count;

    insert into public.token_events (
        id, user_id, event_type, event_date, reading_id, reading, token_units, token_cost, is_meter_reset, notes, is_voided,
        voided_at, void_reason, metadata, created_at, updated_at)
    select
        md5('electricity_readings:' || r.id)::uuid, r.user_id,
        case when r.is_meter_reset then 'meter_reset' when r.token_units > 0 then 'top_up' else 'reading' end,
        r.date, r.id, r.reading, r.token_units, r.token_cost, r.is_meter_reset, r.notes, true, r.created_at,
        case when r.id = any (impossible) then 'impossible values' else 'duplicate' end,
        '{"migrated_from": "electricity_readings"}', r.created_at, r.updated_at
    from public.electricity_readings as r
    where r.id > after and r.id <= upto
        and not exists (
            select from public.token_events as t
            where t.reading_id = r.id and (t.is_voided = false or t.void_reason = 'duplicate'))
    order by r.id;
    get diagnostics duplicates = row_count;
    duplicates := duplicates - cardinality(impossible);

    insert into public.recalculation_batches (trigger_type, status, events_count, details)
    values (
        'data_migration', case when cardinality(impossible) > 0 then 'done_with_errors' else 'done' end, migrated + adopted,
        jsonb_build_object(
            'after', after, 'upto', upto, 'migrated', migrated, 'adopted', adopted, 'superseded', superseded,
            'duplicates', duplicates, 'errors', to_jsonb(impossible)));
    return migrated + adopted + duplicates;
end
$$;

revoke all on function private.accept_event() from public;
revoke all on function private.capture_reading() from public;
revoke all on function private.record_reading(public.electricity_readings, jsonb, uuid) from public;
revoke all on function private.migrate_readings(bigint, bigint) from public;

set lock_timeout = '2s';
create or replace trigger token_events_accept
    before insert on public.token_events
    for each row when (pg_trigger_depth() = 0 and not new.metadata ? 'migrated_from')
    execute function private.accept_event();

create or replace trigger electricity_readings_capture_written
    after insert or delete on public.electricity_readings
    for each row when (pg_trigger_depth() = 0)
    execute function private.capture_reading();
create or replace trigger electricity_readings_capture_corrected
    after update on public.electricity_readings
    for each row when (
        pg_trigger_depth() = 0
        and (old.user_id, old.date, old.reading, old.token_units, old.token_cost, old.is_meter_reset, old.notes)
            is distinct from (new.user_id, new.date, new.reading, new.token_units, new.token_cost, new.is_meter_reset, new.notes))
    execute function private.capture_reading();
reset lock_timeout;
