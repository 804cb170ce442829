-- What arrived and was not yet loaded exists nowhere else.
set local lock_timeout = '2s';

do $$
declare
    waiting bigint := (select count(*) from bronze.raw_transactions where processed_at is null);
begin
    if waiting > 0 then
        raise exception '% raw sales are not processed yet', waiting
            using hint = 'run select process_bronze_transactions() until it returns 0, or delete them, then roll back';
    end if;
end
$$;
drop function public.process_bronze_transactions(integer);
drop table bronze.raw_transactions;
drop schema bronze;
delete from public.migration_log where step = '300_bronze';
