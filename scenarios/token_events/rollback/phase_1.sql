-- Rollback of phase 1, the schema, behind that of phase 2: the state before script 01. As documented, it dropped
-- `token_events`, and with it the history that the applications wrote themselves.
begin;
do $$
begin
    if exists (select from public.token_events where is_voided is not null) then
        raise exception 'there are events that phase 2 made or judged' using hint = 'run rollback/phase_2.sql first';
    end if;
end
$$;
\ir ../migrations/single_source/030_create_materialized_view.down.sql
\ir ../migrations/single_source/020_create_position_calculation_function.down.sql
commit;
\ir ../migrations/single_source/011_index_events.down.sql
\ir ../migrations/single_source/010_create_event_sourcing_tables.down.sql
