-- no-transaction
-- Script 01, its indexes, beside the traffic. Each statement can be run again: an index that was left half built is built anew.
alter table public.token_events validate constraint token_events_type_check;
alter table public.token_events validate constraint token_events_values_check;

-- One event counts for a reading, and a reading that was entered twice counts once.
drop index concurrently if exists public.token_events_reading_key;
create unique index concurrently token_events_reading_key on public.token_events (reading_id) where is_voided = false;
drop index concurrently if exists public.token_events_content_key;
create unique index concurrently token_events_content_key
    on public.token_events (user_id, event_date, reading, token_units, token_cost) where is_voided = false;

-- Without it, each reading that is moved would scan all events for its own: quadratic, minutes for a hundred thousand.
drop index concurrently if exists public.token_events_reading_id_idx;
create index concurrently token_events_reading_id_idx on public.token_events (reading_id);

-- Positions are counted over a user's events in the order of their dates.
drop index concurrently if exists public.token_events_user_date_idx;
create index concurrently token_events_user_date_idx
    on public.token_events (user_id, event_date, reading_id) where is_voided = false;

-- Whoever corrects or deletes a reading looks for another entry of it, which would count now.
drop index concurrently if exists public.token_events_duplicates_idx;
create index concurrently token_events_duplicates_idx
    on public.token_events (user_id, event_date) where void_reason = 'duplicate';
