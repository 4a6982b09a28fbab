-- One lead (0 or 1 rows).
-- Params: $1 tenant id, $2 node ids in scope or null for all, $3 lead id.
SELECT tenant_id, lead_id, cycle, status, rep_id, node_id, pool_id, since_ms, due_at_ms, rest
FROM lead
WHERE tenant_id = $1
  AND ($2::text[] IS NULL OR node_id = ANY ($2::text[]))
  AND lead_id = $3;
