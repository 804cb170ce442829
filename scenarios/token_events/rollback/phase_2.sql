-- Rollback of phase 2, the data, by hand: the state behind script 03, each statement by itself. What step 041 undoes in
-- batches, 040 does at once.
\ir ../migrations/single_source/042_finish_data_migration.down.sql
\ir ../migrations/single_source/040_prepare_data_migration.down.sql
