-- Script 02: positions out of events. It asks with the rights of who calls it, so row security decides which events it
-- sees; without settings of its own, the planner can look into it.
create function public.calculate_user_positions(p_user_id uuid)
    returns table (
        event_id uuid, id bigint, user_id uuid, event_type text, date timestamptz, reading numeric(12, 2),
        token_units numeric(10, 2), token_cost numeric(10, 2), is_meter_reset boolean, notes text, created_at timestamptz,
        updated_at timestamptz, consumption numeric, "position" numeric, balance numeric)
    language sql
    stable
as $$
    select
        e.event_id, e.id, e.user_id, e.event_type, e.date, e.reading, e.token_units, e.token_cost, e.is_meter_reset, e.notes,
        e.created_at, e.updated_at, e.consumption,
        sum(e.consumption) over so_far,
        sum(e.token_units) over so_far - sum(e.consumption) over so_far
    from (
        select
            t.id as event_id, t.reading_id as id, t.user_id, t.event_type, t.event_date as date, t.reading, t.token_units,
            t.token_cost, t.is_meter_reset, t.notes, t.created_at, t.updated_at,
            case
                when t.is_meter_reset then 0.00
                else coalesce(t.reading - lag(t.reading) over (order by t.event_date, t.reading_id), 0.00)
            end as consumption
        from public.token_events as t
        where t.user_id = p_user_id and t.is_voided = false
    ) as e
    window so_far as (order by e.date, e.id rows unbounded preceding)
$$;
comment on function public.calculate_user_positions(uuid) is 'The events of a user that count, with consumption, running total and what is left of the tokens';
revoke all on function public.calculate_user_positions(uuid) from public, anon;
