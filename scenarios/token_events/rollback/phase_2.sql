-- Rollback of phase 2, the data: the state behind script 03. Run by psql, each statement by itself.
\ir ../migrations/single_source/042_finish_data_migration.down.sql
begin;
\ir ../migrations/single_source/041_migrate_data.down.sql
\ir ../migrations/single_source/040_prepare_data_migration.down.sql
commit;
