select bool_and(indisvalid) and count(*) = 6 from pg_index where indrelid = 'public.token_events'::regclass;
