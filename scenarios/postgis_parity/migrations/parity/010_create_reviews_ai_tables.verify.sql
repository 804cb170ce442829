select count(*) = 20
from pg_tables
where schemaname = 'public'
    and tablename in (
        'customer_reviews',
        'product_ratings',
        'review_media',
        'review_votes',
        'review_attributes',
        'wishlist',
        'ai_conversations',
        'ai_messages',
        'chat_interactions',
        'intent_patterns',
        'knowledge_articles',
        'training_data',
        'model_versions',
        'training_runs',
        'training_examples',
        'model_deployments',
        'model_metrics',
        'product_recommendations',
        'conversion_metrics',
        'ai_feedback'
    );
-- tables: 94
select count(*) = 94
from pg_class as c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
-- indexes: 374
select count(*) = 374
from pg_index as i
join pg_class as c on c.oid = i.indrelid
where c.relnamespace = 'public'::regnamespace and i.indisvalid
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
-- foreign keys: 72
select count(*) = 72
from pg_constraint
where connamespace = 'public'::regnamespace and contype = 'f' and convalidated;
-- sequences: 17
select count(*) = 17
from pg_class as c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'S'
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
