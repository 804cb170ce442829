drop index public.users_created_at_idx;
drop index public.users_locked_until_idx;
drop index public.users_tenant_id_role_idx;
drop index public.users_last_name_first_name_idx;
drop index public.users_phone_idx;
drop index public.users_store_id_idx;
alter table public.users
    alter column role drop default,
    alter column role type varchar(32) using role::text,
    alter column role set default 'customer';
alter table public.users add constraint users_role_check
check (role in ('customer', 'staff', 'driver', 'store_manager', 'tenant_admin', 'super_admin'));
alter table public.users
    drop column deleted_at,
    drop column permissions,
    drop column store_id,
    drop column terms_accepted_at,
    drop column password_changed_at,
    drop column locked_until,
    drop column failed_login_attempts,
    drop column two_factor_secret,
    drop column two_factor_enabled,
    drop column marketing_consent_at,
    drop column marketing_consent,
    drop column avatar_url,
    drop column timezone,
    drop column preferred_language,
    drop column phone_verified,
    drop column age_verified_at,
    drop column age_verified,
    drop column date_of_birth;
