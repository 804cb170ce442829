set local lock_timeout = '2s';

drop view public.electricity_readings_v;
drop trigger token_events_refresh on public.token_events;
drop function public.refresh_readings_mv();
drop materialized view public.electricity_readings_mv;
