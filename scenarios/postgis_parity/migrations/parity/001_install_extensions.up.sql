-- Fuzzy and accent-insensitive search, and topologies for zones that share borders.
create extension pg_trgm with schema public;
create extension unaccent with schema public;
create extension postgis_topology;
