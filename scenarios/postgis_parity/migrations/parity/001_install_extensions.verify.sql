select count(*) = 6
from pg_extension
where extname in ('plpgsql', 'postgis', 'postgis_topology', 'pg_trgm', 'unaccent', 'uuid-ossp');
