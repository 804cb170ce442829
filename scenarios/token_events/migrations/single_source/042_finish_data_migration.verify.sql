-- The document's first check: counts match, what was set aside left out.
select events.counted = seen.rows and events.counted = stored.rows
from (select count(*) as counted from public.token_events where is_voided = false) as events,
    (select count(*) as rows from public.electricity_readings_v) as seen,
    (select count(*) as rows from public.electricity_readings_mv) as stored;
select ispopulated and pg_total_relation_size('public.electricity_readings_mv') > 0
from pg_matviews where matviewname = 'electricity_readings_mv';
select count(*) = 1 from cron.job where jobname = 'refresh_readings_mv' and active;
