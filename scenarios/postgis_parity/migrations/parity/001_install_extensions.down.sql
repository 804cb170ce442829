drop extension postgis_topology;
drop schema if exists topology;
drop extension unaccent;
drop extension pg_trgm;
