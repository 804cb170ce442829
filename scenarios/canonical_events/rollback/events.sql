-- Events that failed get no canonical form; all others keep theirs.
begin;
update public.events
set canonical_event = null
where id in (select record_id::bigint from public.migration_failures where migration = '310_events');
commit;
