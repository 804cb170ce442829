-- The ground of the tests, and which files made this database. A second database can not be made inside the one that is
-- migrated: CREATE DATABASE takes no part in a transaction and fails where the name is taken. So the tests have a schema,
-- and whoever wants a database of its own clones this one: create database ai_engine_test template ai_engine.
create schema ai_engine_test;
create table ai_engine_test.schema_migrations (
    version varchar(10) primary key,
    filename varchar(120) not null unique,
    applied_at timestamptz not null default now()
);
insert into ai_engine_test.schema_migrations (version, filename) values
    ('001', '001_install_extensions.sql'),
    ('002', '002_create_custom_types.sql'),
    ('003', '003_alter_users_table.sql'),
    ('004', '004_alter_stores_table.sql'),
    ('005', '005_alter_orders_table.sql'),
    ('006', '006_create_foundation_tables.sql'),
    ('007', '007_create_inventory_tables.sql'),
    ('008', '008_create_payment_tables.sql'),
    ('009', '009_create_delivery_pricing_tables.sql'),
    ('010', '010_create_reviews_ai_tables.sql'),
    ('011', '011_create_communication_auth_tables.sql'),
    ('012', '012_add_foreign_keys.sql'),
    ('013', '013_create_views.sql'),
    ('014', '014_create_test_database.sql');
grant usage on schema ai_engine_test to weedgo_app;
grant select on ai_engine_test.schema_migrations to weedgo_app;
