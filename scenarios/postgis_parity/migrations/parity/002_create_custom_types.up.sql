create type public.user_role_simple as enum ('customer', 'staff', 'driver', 'store_manager', 'tenant_admin', 'super_admin');

create function public.update_updated_at_column() returns trigger language plpgsql as $$
begin
    new.updated_at := now();
    return new;
end
$$;

-- The part of a web address that names a product or a shop: no accents, no blanks.
create function public.generate_slug(title text) returns text
language sql stable strict parallel safe as $$
    select trim(both '-' from regexp_replace(lower(public.unaccent(title)), '[^a-z0-9]+', '-', 'g'))
$$;

create function public.distance_km(a public.geography, b public.geography) returns numeric
language sql immutable strict parallel safe as $$
    select round((public.st_distance(a, b) / 1000)::numeric, 3)
$$;
