-- no-transaction
set lock_timeout = '10s';
drop index concurrently if exists public.transaction_items_product_id_idx;
drop index concurrently if exists public.transactions_cashier_code_idx;
drop index concurrently if exists public.transactions_product_id_idx;
drop index concurrently if exists public.transactions_store_id_idx;
reset lock_timeout;
delete from public.migration_log where step = '230_supporting_indexes';
update public.migration_log set status = 'running', rows_affected = 0
where step in ('220_transaction_keys', '221_cashiers', '222_transaction_items');
