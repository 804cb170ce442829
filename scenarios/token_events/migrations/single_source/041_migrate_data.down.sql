-- Rollback of phase 2. What was made out of readings goes (the readings are all there); the applications' own events
-- stay, and are again what the dual write left.
set local lock_timeout = '2s';

delete from public.token_events where metadata ?| array['migrated_from', 'captured_from'];

update public.token_events
set is_voided = null, voided_at = null, void_reason = null, metadata = '{}', notes = null, is_meter_reset = false,
    updated_at = null
where is_voided is not null;

delete from public.recalculation_batches where trigger_type <> 'validation' or details ->> 'when' <> 'before';
