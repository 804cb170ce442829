-- no-transaction
\ir ../single_source/010_create_event_sourcing_tables.down.sql
