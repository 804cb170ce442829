-- no-transaction
-- Script 04, behind the data. Each statement can be run again, so a run that was killed is run again.

-- Entries of the dual write whose reading was deleted, or that never named one.
update public.token_events as t
set is_voided = true, voided_at = t.created_at, void_reason = 'no reading'
where t.is_voided is null
    and (t.reading_id is null or not exists (select from public.electricity_readings as r where r.id = t.reading_id));

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

analyze public.token_events, public.electricity_readings_mv;
