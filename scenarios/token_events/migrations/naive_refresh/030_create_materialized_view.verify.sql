\ir ../single_source/030_create_materialized_view.verify.sql
