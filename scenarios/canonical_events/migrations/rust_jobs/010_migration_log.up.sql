\ir ../shared/migration_log.sql
