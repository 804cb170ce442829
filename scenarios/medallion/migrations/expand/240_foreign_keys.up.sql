-- Step 2.3: from now on new rows are checked; the rows that are there wait for the next step.
set local lock_timeout = '2s';

alter table public.transactions
    add constraint fk_transactions_store
    foreign key (store_id) references public.stores (store_id) not valid,
    add constraint fk_transactions_product
    foreign key (product_id) references public.products (product_id) not valid,
    add constraint fk_transactions_cashier
    foreign key (cashier_code) references public.cashiers (cashier_id) not valid;
alter table public.transaction_items
    add constraint fk_transaction_items_transaction
    foreign key (transaction_id) references public.transactions (id) on update cascade on delete cascade not valid,
    add constraint fk_transaction_items_product
    foreign key (product_id) references public.products (product_id) not valid;

insert into public.migration_log (step, phase, description, rows_affected, started_at, finished_at)
values ('240_foreign_keys', '2.3', 'foreign keys, not valid yet', 5, now(), clock_timestamp());
