-- The half-filled history goes back to what it was; what was entered since stays in the columns that it had.
set local lock_timeout = '2s';

drop policy token_events_insert_own on public.token_events;
drop policy token_events_select_own on public.token_events;
create policy token_events_own on public.token_events
    using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));

drop table public.recalculation_batches;

update public.token_events set event_type = 'reading' where event_type = 'meter_reset';
alter table public.token_events
    drop constraint token_events_values_check,
    drop constraint token_events_type_check,
    add constraint token_events_event_type_check check (event_type in ('reading', 'top_up')),
    drop column updated_at,
    drop column metadata,
    drop column void_reason,
    drop column voided_at,
    drop column is_voided,
    drop column notes,
    drop column is_meter_reset;
comment on table public.token_events is 'What newer clients write beside electricity_readings';

drop schema private;
