select count(*) = 24
from pg_tables
where schemaname = 'public'
    and tablename in (
        'broadcast_segments',
        'message_templates',
        'broadcasts',
        'broadcast_messages',
        'broadcast_recipients',
        'broadcast_audit_log',
        'communication_logs',
        'communication_preferences',
        'unsubscribe_list',
        'communication_analytics',
        'translation_batches',
        'translations',
        'translation_batch_items',
        'translation_overrides',
        'translation_requests',
        'auth_tokens',
        'refresh_tokens',
        'token_blacklist',
        'api_keys',
        'otp_codes',
        'otp_rate_limits',
        'voice_profiles',
        'voice_auth_logs',
        'age_verification_logs'
    );
-- tables: 118
select count(*) = 118
from pg_class as c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
-- indexes: 453
select count(*) = 453
from pg_index as i
join pg_class as c on c.oid = i.indrelid
where c.relnamespace = 'public'::regnamespace and i.indisvalid
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
-- foreign keys: 85
select count(*) = 85
from pg_constraint
where connamespace = 'public'::regnamespace and contype = 'f' and convalidated;
-- sequences: 21
select count(*) = 21
from pg_class as c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'S'
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
