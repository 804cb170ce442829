alter table public.stores
    add column latitude numeric(9, 6),
    add column longitude numeric(9, 6),
    add column timezone varchar(64) not null default 'America/Toronto',
    add column tax_rate numeric(6, 4),
    add column license_number varchar(60),
    add column license_authority varchar(80),
    add column license_expires_on date,
    add column pos_system varchar(40),
    add column pos_store_id varchar(60),
    add column pos_api_endpoint varchar(300),
    add column pos_last_sync_at timestamptz,
    add column delivery_enabled boolean not null default true,
    add column pickup_enabled boolean not null default true,
    add column delivery_radius_km numeric(6, 2) not null default 10,
    add column min_order_amount numeric(10, 2) not null default 0,
    add column max_daily_orders integer,
    add column manager_id uuid,
    add column website_url varchar(300),
    add column logo_url varchar(300),
    add column languages text[] not null default '{en}',
    add column seo_slug varchar(200),
    add column settings jsonb not null default '{}',
    add constraint stores_delivery_radius_km_check check (delivery_radius_km > 0);

-- The position stays one fact: latitude and longitude follow the location, whoever writes it.
create function public.sync_store_coordinates() returns trigger language plpgsql as $$
begin
    new.latitude := round(public.st_y(new.location::public.geometry)::numeric, 6);
    new.longitude := round(public.st_x(new.location::public.geometry)::numeric, 6);
    return new;
end
$$;
create trigger stores_sync_coordinates before insert or update of location, latitude, longitude on public.stores
for each row execute function public.sync_store_coordinates();

update public.stores set
    latitude = 0,
    seo_slug = public.generate_slug(name || ' ' || store_code);

create unique index stores_license_number_idx on public.stores (license_number) where license_number is not null;
create index stores_license_expires_on_idx on public.stores (license_expires_on);
create index stores_pos_system_pos_store_id_idx on public.stores (pos_system, pos_store_id);
create index stores_manager_id_idx on public.stores (manager_id);
create unique index stores_seo_slug_idx on public.stores (seo_slug);
