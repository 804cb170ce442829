select events.counted = seen.rows
from (select count(*) as counted from public.token_events where is_voided = false) as events,
    (select count(*) as rows from public.electricity_readings_v) as seen;
