drop function public.check_medallion_health();
drop function public.verify_migration();
delete from public.migration_log where step = '330_monitoring';
