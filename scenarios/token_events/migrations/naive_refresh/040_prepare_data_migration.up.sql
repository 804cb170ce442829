-- no-transaction
\ir ../single_source/040_prepare_data_migration.up.sql
