set local lock_timeout = '2s';

drop index public.token_events_user_date_idx;
drop function public.calculate_user_positions(uuid);
