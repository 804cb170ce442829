alter table public.users
    add column date_of_birth date,
    add column age_verified boolean not null default false,
    add column age_verified_at timestamptz,
    add column phone_verified boolean not null default false,
    add column preferred_language varchar(10) not null default 'en',
    add column timezone varchar(64) not null default 'America/Toronto',
    add column avatar_url varchar(300),
    add column marketing_consent boolean not null default false,
    add column marketing_consent_at timestamptz,
    add column two_factor_enabled boolean not null default false,
    add column two_factor_secret varchar(120),
    add column failed_login_attempts integer not null default 0,
    add column locked_until timestamptz,
    add column password_changed_at timestamptz,
    add column terms_accepted_at timestamptz,
    add column store_id uuid,
    add column permissions jsonb not null default '{}',
    add column deleted_at timestamptz,
    add constraint users_failed_login_attempts_check check (failed_login_attempts >= 0),
    add constraint users_age_verified_check check (not age_verified or age_verified_at is not null);

-- The labels are the values that the check allowed, so no user changes role.
alter table public.users drop constraint users_role_check;
alter table public.users
    alter column role drop default,
    alter column role type public.user_role_simple using role::public.user_role_simple,
    alter column role set default 'customer';

create index users_store_id_idx on public.users (store_id);
create index users_phone_idx on public.users (phone);
create index users_last_name_first_name_idx on public.users (last_name, first_name);
create index users_tenant_id_role_idx on public.users (tenant_id, role);
create index users_locked_until_idx on public.users (locked_until) where locked_until is not null;
create index users_created_at_idx on public.users (created_at) where deleted_at is null;
