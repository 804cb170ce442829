-- Every reading has its event, and every event that counts has its reading.
select not exists (
    select from public.electricity_readings as r
    where not exists (select from public.token_events as t where t.reading_id = r.id and t.is_voided is not null));
select not exists (
    select from public.token_events as t
    where t.is_voided = false and not exists (select from public.electricity_readings as r where r.id = t.reading_id));
