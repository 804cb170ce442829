select count(*) = 1 from public.recalculation_batches where trigger_type = 'validation' and details ->> 'when' = 'before';
