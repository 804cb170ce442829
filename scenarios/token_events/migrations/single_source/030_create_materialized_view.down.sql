set local lock_timeout = '2s';

drop view public.electricity_readings_v;
drop function public.refresh_readings_mv();
drop trigger token_events_queue_deleted on public.token_events;
drop trigger token_events_queue_updated on public.token_events;
drop trigger token_events_queue_inserted on public.token_events;
drop function private.queue_readings_refresh();
drop table private.readings_refresh_queue;
drop materialized view public.electricity_readings_mv;
