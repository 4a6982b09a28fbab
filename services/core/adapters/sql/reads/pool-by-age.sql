-- Leads of a pool, longest in it first. Walks index lead_public.
-- Params: $1 tenant id, $2 node ids in scope, JSON array or null for all, $3 pool id, then the key to start behind:
-- $4 since, ms, $5 lead id; $6 limit.
SELECT
  tenant_id, lead_id, cycle, status, rep_id, node_id, territory_id, territory_rule, segment, pool_id, decision_id,
  plan_version, reason, duplicate_of, load_milli, since_ms, last_follow_up_at_ms, due_at_ms, decided,
  former_owners, facts
FROM lead
WHERE tenant_id = $1
  AND ($2::json IS NULL OR node_id IN (SELECT json_array_elements_text($2::json)))
  AND pool_id = $3 AND status = 'public'
  AND (since_ms, lead_id) > ($4, $5)
ORDER BY since_ms, lead_id
LIMIT $6;
