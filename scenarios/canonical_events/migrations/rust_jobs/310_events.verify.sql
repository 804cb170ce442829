-- Each event has its canonical form, or stands among the failures.
select count(*) = 0 from public.events as e
where e.canonical_event is null = not exists (select from public.migration_failures as f where f.migration = '310_events' and f.record_id = e.id::text);
