-- Step 1.1: the silver tables. Nothing reads or writes them yet.
-- The legacy id stays a column of its own: the compatibility views are then plain views of one table, which
-- PostgreSQL updates by itself, with ON CONFLICT, RETURNING and row locks as on a table.

create table public.stores (
    store_id text not null,
    legacy_id integer not null default nextval('public.geography_id_seq'),
    store_code varchar(16) not null,
    store_name varchar(120) not null,
    store_type varchar(24) not null default 'sari-sari',
    region varchar(60) not null,
    province varchar(60),
    city_municipality varchar(80) not null,
    barangay varchar(80),
    latitude numeric(9, 6),
    longitude numeric(9, 6),
    location extensions.geometry(Point, 4326),
    is_active boolean not null default true,
    opened_on date,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint stores_pkey primary key (store_id),
    constraint stores_legacy_id_key unique (legacy_id),
    constraint stores_store_id_check check (store_id = legacy_id::text),
    constraint stores_store_type_check
        check (store_type in ('sari-sari', 'convenience', 'grocery', 'supermarket', 'wholesale')),
    constraint stores_latitude_check check (latitude between 4 and 22),
    constraint stores_longitude_check check (longitude between 116 and 127)
);
-- Not a generated column: with a trigger before update, every update would then lock the row as if its key changed,
-- and each sale of the store would wait for it, or deadlock with it.
create function public.stores_fill_key() returns trigger
    language plpgsql
    set search_path = pg_catalog, public, pg_temp
as $$
begin
    new.store_id := new.legacy_id::text;
    return new;
end
$$;
revoke all on function public.stores_fill_key() from public;
create trigger stores_fill_key before insert or update of legacy_id on public.stores
    for each row execute function public.stores_fill_key();
comment on table public.stores is 'Stores, out of the legacy table geography';
comment on column public.stores.store_id is 'The legacy id as text';
create index stores_store_code_idx on public.stores (store_code);
create index stores_region_idx on public.stores (region, store_id);
create index stores_location_idx on public.stores using gist (location);

-- Brands and categories are keyed by their exact name, so what the old application wrote reads back letter by letter.
create table public.brands (
    brand_name varchar(60) constraint brands_pkey primary key
);
comment on table public.brands is 'Brands, out of organization.brand';

create table public.categories (
    category_name varchar(60) constraint categories_pkey primary key
);
comment on table public.categories is 'Categories, out of organization.category';

create table public.products (
    product_id text not null,
    legacy_id integer not null default nextval('public.organization_id_seq'),
    sku varchar(24) not null,
    barcode varchar(14),
    product_name varchar(120) not null,
    brand_name varchar(60),
    category_name varchar(60) not null,
    subcategory varchar(60),
    unit_price numeric(10, 2) not null,
    unit_of_measure varchar(16) not null default 'piece',
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint products_pkey primary key (product_id),
    constraint products_legacy_id_key unique (legacy_id),
    constraint products_product_id_check check (product_id = legacy_id::text),
    constraint products_brand_name_fkey
        foreign key (brand_name) references public.brands (brand_name) on update cascade,
    constraint products_category_name_fkey
        foreign key (category_name) references public.categories (category_name) on update cascade,
    constraint products_unit_price_check check (unit_price >= 0)
);
create function public.products_fill_key() returns trigger
    language plpgsql
    set search_path = pg_catalog, public, pg_temp
as $$
begin
    new.product_id := new.legacy_id::text;
    return new;
end
$$;
revoke all on function public.products_fill_key() from public;
create trigger products_fill_key before insert or update of legacy_id on public.products
    for each row execute function public.products_fill_key();
comment on table public.products is 'Products, out of the legacy table organization';
comment on column public.products.product_id is 'The legacy id as text';
create index products_sku_idx on public.products (sku);
create index products_brand_name_idx on public.products (brand_name);
create index products_category_name_idx on public.products (category_name, brand_name);

create table public.cashiers (
    cashier_id varchar(12) constraint cashiers_pkey primary key,
    cashier_name varchar(80) not null,
    named_by bigint not null
);
comment on table public.cashiers is 'Cashiers, out of the receipts in transactions';
comment on column public.cashiers.named_by is 'The newest transaction that gave the cashier this name';

-- Its foreign keys come in step 2.3, once it is filled: checking 376,212 rows together is cheaper than one by one.
create table public.transaction_items (
    transaction_id bigint not null,
    line_number smallint not null default 1,
    product_id text not null,
    quantity integer not null,
    unit_price numeric(10, 2) not null,
    discount numeric(10, 2) not null default 0,
    line_total numeric(12, 2) generated always as (quantity * unit_price - discount) stored,
    constraint transaction_items_pkey primary key (transaction_id, line_number),
    constraint transaction_items_quantity_check check (quantity > 0)
);
comment on table public.transaction_items is 'The line of each sale; the legacy application sells one product a transaction';

grant select on public.stores, public.products, public.brands, public.categories to anon;
grant select on public.stores, public.products, public.brands, public.categories, public.cashiers,
    public.transaction_items to authenticated;
grant select, insert, update, delete on public.stores, public.products, public.brands, public.categories,
    public.cashiers, public.transaction_items to service_role;

insert into public.migration_log (step, phase, description, started_at, finished_at)
values ('100_new_tables', '1.1', 'stores, brands, categories, products, cashiers, transaction_items', now(), clock_timestamp());
