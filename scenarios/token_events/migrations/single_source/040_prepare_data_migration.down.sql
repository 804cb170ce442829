set local lock_timeout = '2s';

drop trigger electricity_readings_capture_corrected on public.electricity_readings;
drop trigger electricity_readings_capture_written on public.electricity_readings;
drop trigger token_events_accept on public.token_events;
drop function private.migrate_readings(bigint, bigint);
drop function private.capture_reading();
drop function private.record_reading(public.electricity_readings, jsonb, uuid);
drop function private.accept_event();
delete from public.recalculation_batches;
