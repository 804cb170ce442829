\ir ../shared/backups.sql
