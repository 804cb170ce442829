set local lock_timeout = '2s';

drop function public.calculate_user_positions(uuid);
