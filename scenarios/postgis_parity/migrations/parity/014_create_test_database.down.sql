drop table ai_engine_test.schema_migrations;
drop schema ai_engine_test;
