-- Owned leads of a rep: by due time, then assignment, then id. Walks index lead_owned.
-- Params: $1 tenant id, $2 node ids in scope or null for all, $3 rep id, then the key to start behind:
-- $4 due, ms (2^53 - 1 for never), $5 since, ms, $6 lead id; $7 limit.
SELECT tenant_id, lead_id, cycle, status, rep_id, node_id, pool_id, since_ms, due_at_ms, rest
FROM lead
WHERE tenant_id = $1
  AND ($2::text[] IS NULL OR node_id = ANY ($2::text[]))
  AND rep_id = $3 AND status = 'owned'
  AND (coalesce(due_at_ms, 9007199254740991), since_ms, lead_id) > ($4, $5, $6)
ORDER BY coalesce(due_at_ms, 9007199254740991), since_ms, lead_id
LIMIT $7;
