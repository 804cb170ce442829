-- no-transaction
drop index concurrently if exists public.token_events_duplicates_idx;
drop index concurrently if exists public.token_events_user_date_idx;
drop index concurrently if exists public.token_events_reading_id_idx;
drop index concurrently if exists public.token_events_content_key;
drop index concurrently if exists public.token_events_reading_key;

-- Checks that are not validated again, as step 010 left them.
set lock_timeout = '2s';
alter table public.token_events
    drop constraint token_events_type_check,
    drop constraint token_events_values_check,
    add constraint token_events_type_check check (event_type in ('reading', 'top_up', 'meter_reset')) not valid,
    add constraint token_events_values_check check (
        is_voided is distinct from false
        or reading is not null and reading >= 0 and token_units >= 0 and token_cost >= 0 and reading_id is not null
    ) not valid;
reset lock_timeout;
