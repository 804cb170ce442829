-- A job that is at work holds locks for as long as it works.
set local lock_timeout = '10s';

drop function public.get_cron_job_status();
select cron.unschedule(jobid) from cron.job where jobname like '%medallion%';

do $$
begin
    -- An extension that somebody else uses, or made, is left alone.
    if (select (details ->> 'made_extension')::boolean from public.migration_log where step = '010_migration_log')
        and not exists (select from cron.job) then
        drop extension pg_cron;
    end if;
end
$$;
delete from public.migration_log where step = '340_etl_jobs';
