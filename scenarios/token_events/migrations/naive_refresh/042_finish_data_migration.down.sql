update public.token_events set is_voided = null, voided_at = null, void_reason = null where void_reason = 'no reading';
delete from public.recalculation_batches where trigger_type = 'validation' and details ->> 'when' = 'after';
