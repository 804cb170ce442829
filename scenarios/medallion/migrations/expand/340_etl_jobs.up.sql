-- Step 3.3: the jobs. pg_cron 1.4 knows no unit below a minute.
do $$
declare
    home text := current_setting('cron.database_name', true);
begin
    if home is distinct from current_database()::text then
        raise exception 'pg_cron runs its jobs in `%`, not in `%`', coalesce(home, 'no database'), current_database()
            using hint = 'set shared_preload_libraries = ''pg_cron'' and cron.database_name to this database, then restart';
    end if;
end
$$;

-- Its tables have a schema of their own; where the extension itself is noted, 1.4 leaves to the search path.
create extension if not exists pg_cron with schema pg_catalog;

select cron.schedule('medallion_bronze_to_silver', '* * * * *', 'select public.process_bronze_transactions()');
select cron.schedule('medallion_refresh_silver', '*/15 * * * *', 'select public.refresh_all_silver_views()');
select cron.schedule('medallion_refresh_gold', '3-59/15 * * * *', 'select public.refresh_all_gold_views()');
-- Scheduling a name that a quick rollback paused changes its command, but does not wake it.
select cron.alter_job(jobid, active := true) from cron.job where jobname like '%medallion%' and not active;

-- The tables of pg_cron show a role its own jobs only; this shows these three to whoever watches them.
create function public.get_cron_job_status()
    returns table (
        jobname text, schedule text, active boolean, last_status text, last_message text, last_started_at timestamptz,
        runs bigint, failures bigint)
    language sql
    stable
    security definer
    set search_path = pg_catalog, public, pg_temp
as $$
    select
        j.jobname::text, j.schedule, j.active, last.status, last.return_message, last.start_time,
        (select count(*) from cron.job_run_details as d where d.jobid = j.jobid),
        (select count(*) from cron.job_run_details as d where d.jobid = j.jobid and d.status = 'failed')
    from cron.job as j
    left join lateral (
        select d.status, d.return_message, d.start_time
        from cron.job_run_details as d
        where d.jobid = j.jobid
        order by d.runid desc
        limit 1
    ) as last on true
    where j.jobname like '%medallion%'
    order by j.jobname
$$;
comment on function public.get_cron_job_status() is 'The medallion jobs and how their last run went';
revoke all on function public.get_cron_job_status() from public;
grant execute on function public.get_cron_job_status() to service_role;

insert into public.migration_log (step, phase, description, rows_affected, started_at, finished_at)
values ('340_etl_jobs', '3.3', 'jobs from bronze to silver and gold', 3, now(), clock_timestamp());
