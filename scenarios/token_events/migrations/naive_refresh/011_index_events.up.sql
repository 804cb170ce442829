-- no-transaction
\ir ../single_source/011_index_events.up.sql
