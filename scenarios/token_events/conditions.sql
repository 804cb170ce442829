-- The conditions that such data are in, made from the seeded rows by their ids, so that any seed has them.

-- Clients of the dual write called an entry with a token a top-up.
update public.token_events set event_type = 'top_up' where token_units > 0;

-- Late corrections, days afterwards and in one place only: the other half of the dual write stays as it was.
update public.electricity_readings
set reading = reading - 0.40, notes = 'corrected'
where id % 97 = 0;

-- Replaced meters.
update public.electricity_readings set is_meter_reset = true where id % 503 = 0;

-- Readings that were deleted, whose events stay and name nothing.
delete from public.electricity_readings where id % 499 = 0;

-- A gap: two users did not read their meters for a quarter.
delete from public.electricity_readings
where date >= '2024-04-01' and date < '2024-07-01'
    and user_id in ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000005');

-- The save button, pressed twice: the same reading under two ids.
insert into public.electricity_readings
    (user_id, date, reading, token_units, token_cost, is_meter_reset, notes, created_at, updated_at)
select
    r.user_id, r.date, r.reading, r.token_units, r.token_cost, r.is_meter_reset, r.notes, r.created_at + interval '2 seconds',
    r.updated_at + interval '2 seconds'
from public.electricity_readings as r
where r.id % 211 = 0
order by r.id;

-- Users who signed up and never read a meter.
insert into public.user_profiles (id, full_name, meter_number, tariff, created_at)
select
    format('00000000-0000-4000-8000-%s', lpad(n::text, 12, '0'))::uuid, 'New user ' || n, 'M-' || lpad(n::text, 6, '0'), 11.0000,
    timestamptz '2024-12-01 00:00+08'
from generate_series(401, 405) as n;
