drop table public.role_permissions;
drop table public.holidays;
drop table public.store_settings;
drop table public.system_settings;
drop table public.user_addresses;
drop table public.profiles;
drop table public.provincial_suppliers;
drop table public.provinces_territories;
