-- Campaigns that failed get no data sources; all others keep theirs.
begin;
update public.campaigns
set data_sources = null, native_config = null
where id in (select record_id::uuid from public.migration_failures where migration = '300_campaigns');
commit;
