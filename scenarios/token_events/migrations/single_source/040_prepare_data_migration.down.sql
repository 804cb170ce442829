-- no-transaction
-- One lock at a time, as on the way forward.
set lock_timeout = '2s';
drop trigger if exists electricity_readings_capture_corrected on public.electricity_readings;
drop trigger if exists electricity_readings_capture_written on public.electricity_readings;
drop trigger if exists token_events_accept on public.token_events;
reset lock_timeout;
drop function if exists private.migrate_readings(bigint, bigint);
drop function if exists private.capture_reading();
drop function if exists private.record_reading(public.electricity_readings, jsonb, uuid);
drop function if exists private.accept_event();

-- What was captured while the way back was under way, and events whose reading is gone.
delete from public.token_events where metadata ?| array['migrated_from', 'captured_from'];
update public.token_events
set is_voided = null, voided_at = null, void_reason = null, metadata = '{}', notes = null, is_meter_reset = false,
    updated_at = null
where is_voided is not null;
delete from public.recalculation_batches;
