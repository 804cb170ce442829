do $$
begin
    assert (select count(*) from public.get_cron_job_status() where active) = 3, 'a job is missing or paused';
end
$$;
