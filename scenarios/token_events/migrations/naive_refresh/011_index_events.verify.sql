\ir ../single_source/011_index_events.verify.sql
