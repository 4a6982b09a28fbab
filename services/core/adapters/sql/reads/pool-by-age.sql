-- Leads of a pool, longest in it first. Walks index lead_public.
-- Params: $1 tenant id, $2 node ids in scope or null for all, $3 pool id, then the key to start behind:
-- $4 since, ms, $5 lead id; $6 limit.
SELECT tenant_id, lead_id, cycle, status, rep_id, node_id, pool_id, since_ms, due_at_ms, rest
FROM lead
WHERE tenant_id = $1
  AND ($2::text[] IS NULL OR node_id = ANY ($2::text[]))
  AND pool_id = $3 AND status = 'public'
  AND (since_ms, lead_id) > ($4, $5)
ORDER BY since_ms, lead_id
LIMIT $6;
