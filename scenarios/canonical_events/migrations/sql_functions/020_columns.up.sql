\ir ../shared/columns.sql
