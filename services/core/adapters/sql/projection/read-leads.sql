-- Leads by id, those that are known.
-- Params: $1 tenant id, $2 lead ids.
SELECT tenant_id, lead_id, status, rep_id, node_id, pool_id, since_ms, due_at_ms, rest
FROM lead
WHERE tenant_id = $1 AND lead_id = ANY ($2::text[]);
