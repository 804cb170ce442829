\ir ../shared/columns.down.sql
