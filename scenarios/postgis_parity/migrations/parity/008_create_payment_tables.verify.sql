select count(*) = 14
from pg_tables
where schemaname = 'public'
    and tablename in (
        'payment_providers',
        'tenant_payment_configs',
        'store_payment_terminals',
        'payment_transactions',
        'payment_refunds',
        'payment_disputes',
        'payment_dispute_evidence',
        'payment_idempotency_keys',
        'payment_webhooks',
        'payment_webhook_routes',
        'payment_audit_log',
        'payment_settlements',
        'payment_fee_splits',
        'payment_metrics'
    );
-- tables: 61
select count(*) = 61
from pg_class as c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
-- indexes: 250
select count(*) = 250
from pg_index as i
join pg_class as c on c.oid = i.indrelid
where c.relnamespace = 'public'::regnamespace and i.indisvalid
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
-- foreign keys: 57
select count(*) = 57
from pg_constraint
where connamespace = 'public'::regnamespace and contype = 'f' and convalidated;
-- sequences: 13
select count(*) = 13
from pg_class as c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'S'
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
