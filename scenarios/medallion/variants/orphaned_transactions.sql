-- The foreign keys were dropped for an import, and the import named stores and products that do not exist.
alter table public.transactions
    drop constraint transactions_geography_id_fkey,
    drop constraint transactions_organization_id_fkey;

update public.transactions set geography_id = 9001 where id in (select id from public.transactions order by id limit 5 offset 100);
update public.transactions set geography_id = 9002 where id in (select id from public.transactions order by id limit 1 offset 500);
update public.transactions set organization_id = 9100 where id in (select id from public.transactions order by id limit 3 offset 200);
update public.transactions set geography_id = 9001, organization_id = 9100
where id in (select id from public.transactions order by id limit 1 offset 700);
