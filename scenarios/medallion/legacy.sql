-- The retail database as it stands before the migration: three tables, one view, and the roles an API gateway uses.

-- Roles belong to the cluster, so another database may have made them already, even at this moment.
do $$
declare
    wanted text;
begin
    foreach wanted in array array['anon', 'authenticated', 'service_role'] loop
        begin
            execute format('create role %I nologin', wanted);
        exception
            when duplicate_object or unique_violation then null;
        end;
    end loop;
end
$$;

-- PostGIS has a type called `geography`, and a table makes a type of its own name: they cannot share a schema.
create schema extensions;
comment on schema extensions is 'Extensions, kept away from the application''s own names';
create extension postgis schema extensions;

create table public.geography (
    id serial primary key,
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
    constraint geography_store_type_check
        check (store_type in ('sari-sari', 'convenience', 'grocery', 'supermarket', 'wholesale')),
    constraint geography_latitude_check check (latitude between 4 and 22),
    constraint geography_longitude_check check (longitude between 116 and 127)
);
comment on table public.geography is 'One row a store, with its place in the Philippines';
comment on column public.geography.region is 'One of the 18 regions, by its short name';
comment on column public.geography.location is 'WGS 84; follows latitude and longitude';
create index geography_store_code_idx on public.geography (store_code);
create index geography_region_idx on public.geography (region, id);
create index geography_location_idx on public.geography using gist (location);

create table public.organization (
    id serial primary key,
    sku varchar(24) not null,
    barcode varchar(14),
    product_name varchar(120) not null,
    brand varchar(60),
    category varchar(60) not null,
    subcategory varchar(60),
    unit_price numeric(10, 2) not null,
    unit_of_measure varchar(16) not null default 'piece',
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint organization_unit_price_check check (unit_price >= 0)
);
comment on table public.organization is 'One row a product, its brand and category written out';
comment on column public.organization.brand is 'Null for goods sold without a brand';
comment on column public.organization.unit_price is 'Philippine pesos';
create index organization_sku_idx on public.organization (sku);
create index organization_category_idx on public.organization (category, brand);

create table public.transactions (
    id bigserial primary key,
    transaction_code varchar(24) not null,
    geography_id integer not null,
    organization_id integer not null,
    cashier_code varchar(12) not null,
    cashier_name varchar(80) not null,
    till_number smallint not null default 1,
    transaction_date timestamptz not null,
    quantity integer not null default 1,
    unit_price numeric(10, 2) not null,
    discount numeric(10, 2) not null default 0,
    peso_value numeric(12, 2) generated always as (quantity * unit_price - discount) stored,
    payment_method varchar(16) not null default 'cash',
    customer_age_bracket varchar(8),
    customer_gender varchar(12),
    is_loyalty_member boolean not null default false,
    notes text,
    created_at timestamptz not null default now(),
    constraint transactions_transaction_code_key unique (transaction_code),
    constraint transactions_geography_id_fkey foreign key (geography_id) references public.geography (id),
    constraint transactions_organization_id_fkey foreign key (organization_id) references public.organization (id),
    constraint transactions_quantity_check check (quantity > 0),
    constraint transactions_payment_method_check
        check (payment_method in ('cash', 'gcash', 'maya', 'card', 'credit'))
);
comment on table public.transactions is 'One row a sale: a store, a product, a cashier, an amount';
comment on column public.transactions.cashier_code is 'As printed on the receipt; no table of cashiers stands behind it';
comment on column public.transactions.peso_value is 'Quantity times unit price less discount, in pesos';
create index transactions_transaction_date_idx on public.transactions (transaction_date);
create index transactions_geography_id_idx on public.transactions (geography_id, transaction_date);
create index transactions_organization_id_idx on public.transactions (organization_id, transaction_date);

create function public.geography_touch() returns trigger
    language plpgsql
    set search_path = pg_catalog, public, pg_temp
as $$
begin
    if tg_op = 'UPDATE' then
        new.updated_at := now();
    end if;
    if tg_op = 'INSERT' and new.location is null
        or tg_op = 'UPDATE' and (new.latitude, new.longitude) is distinct from (old.latitude, old.longitude) then
        new.location := extensions.st_setsrid(
            extensions.st_makepoint(new.longitude::double precision, new.latitude::double precision), 4326);
    end if;
    return new;
end
$$;
comment on function public.geography_touch() is 'Keeps updated_at and location of a store in step with its row';
create trigger geography_touch before insert or update on public.geography
    for each row execute function public.geography_touch();

create function public.organization_touch() returns trigger
    language plpgsql
    set search_path = pg_catalog, public, pg_temp
as $$
begin
    new.updated_at := now();
    return new;
end
$$;
comment on function public.organization_touch() is 'Keeps updated_at of a product in step with its row';
create trigger organization_touch before update on public.organization
    for each row execute function public.organization_touch();

create view public.store_sales_summary as
select
    g.id,
    g.store_name,
    g.region,
    count(t.id) as sales,
    coalesce(sum(t.peso_value), 0) as peso_value,
    max(t.transaction_date) as last_sale
from public.geography as g
left join public.transactions as t on t.geography_id = g.id
group by g.id;
comment on view public.store_sales_summary is 'What each store sold since the beginning';

grant usage on schema extensions to anon, authenticated, service_role;
grant usage on schema public to anon, authenticated, service_role;
grant select on public.geography, public.organization to anon;
grant select, insert, update, delete on public.geography, public.organization, public.transactions to authenticated;
grant select on public.store_sales_summary to authenticated;
grant all on public.geography, public.organization, public.transactions, public.store_sales_summary to service_role;
grant usage on sequence public.geography_id_seq, public.organization_id_seq, public.transactions_id_seq to authenticated;
grant all on sequence public.geography_id_seq, public.organization_id_seq, public.transactions_id_seq to service_role;
