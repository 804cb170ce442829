-- Nothing kept a client from saving a token of less than nothing.
update public.electricity_readings set token_units = -token_units - 1 where id in (40, 41, 600);
