-- peso_value is generated, so it is not written back; it comes out the same.
set local lock_timeout = '2s';

insert into public.transactions (
    id, transaction_code, geography_id, organization_id, cashier_code, cashier_name, till_number, transaction_date,
    quantity, unit_price, discount, payment_method, customer_age_bracket, customer_gender, is_loyalty_member, notes,
    created_at)
select
    o.id, o.transaction_code, o.geography_id, o.organization_id, o.cashier_code, o.cashier_name, o.till_number,
    o.transaction_date, o.quantity, o.unit_price, o.discount, o.payment_method, o.customer_age_bracket, o.customer_gender,
    o.is_loyalty_member, o.notes, o.created_at
from legacy.orphaned_transactions as o;
drop table legacy.orphaned_transactions;
delete from public.migration_log where step = '200_orphans';
