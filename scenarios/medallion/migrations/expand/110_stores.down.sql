set local lock_timeout = '2s';
drop trigger geography_to_stores on public.geography;
drop function public.geography_to_stores();
delete from public.stores;
delete from public.migration_log where step = '110_stores';
