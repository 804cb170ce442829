select count(*) = 0 from public.calculate_user_positions('00000000-0000-4000-8000-000000000001');
