\ir ../shared/canonical.sql
