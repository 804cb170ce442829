select bool_and(c.relrowsecurity) from pg_class as c
where c.oid in ('public.token_events'::regclass, 'public.recalculation_batches'::regclass);
select count(*) = 2 from pg_policies where schemaname = 'public' and tablename = 'token_events';
