-- no-transaction
-- The half-filled history goes back to what it was; what was entered since stays in the columns that it had. Each statement
-- locks one table for a moment: the foreign key of the dropped table locks `user_profiles`, too, which writers hold
-- while they wait for `token_events`.
set lock_timeout = '2s';

drop table if exists public.recalculation_batches;

do $$
begin
    drop policy if exists token_events_insert_own on public.token_events;
    drop policy if exists token_events_select_own on public.token_events;
    drop policy if exists token_events_own on public.token_events;
    create policy token_events_own on public.token_events
        using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
end
$$;

update public.token_events set event_type = 'reading' where event_type = 'meter_reset';
alter table public.token_events
    drop constraint if exists token_events_event_type_check,
    add constraint token_events_event_type_check check (event_type in ('reading', 'top_up')) not valid;
alter table public.token_events validate constraint token_events_event_type_check;

alter table public.token_events
    drop constraint if exists token_events_values_check,
    drop constraint if exists token_events_type_check,
    drop column if exists updated_at,
    drop column if exists metadata,
    drop column if exists void_reason,
    drop column if exists voided_at,
    drop column if exists is_voided,
    drop column if exists notes,
    drop column if exists is_meter_reset;
comment on table public.token_events is 'What newer clients write beside electricity_readings';

drop schema if exists private;
reset lock_timeout;
