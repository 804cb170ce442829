drop function public.distance_km(public.geography, public.geography);
drop function public.generate_slug(text);
drop function public.update_updated_at_column();
drop type public.user_role_simple;
