-- Owned leads of a rep: by due time, then assignment, then id. Walks index lead_owned.
-- Params: $1 tenant id, $2 node ids in scope, JSON array or null for all, $3 rep id, then the key to start behind:
-- $4 due, ms (2^53 - 1 for never), $5 since, ms, $6 lead id; $7 limit.
SELECT
  tenant_id, lead_id, cycle, status, rep_id, node_id, territory_id, territory_rule, segment, pool_id, decision_id,
  plan_version, reason, duplicate_of, load_milli, since_ms, last_follow_up_at_ms, due_at_ms, decided,
  former_owners, facts
FROM lead
WHERE tenant_id = $1
  AND ($2::json IS NULL OR node_id IN (SELECT json_array_elements_text($2::json)))
  AND rep_id = $3 AND status = 'owned'
  AND (coalesce(due_at_ms, 9007199254740991), since_ms, lead_id) > ($4, $5, $6)
ORDER BY coalesce(due_at_ms, 9007199254740991), since_ms, lead_id
LIMIT $7;
