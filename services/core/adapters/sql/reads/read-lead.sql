-- One lead (0 or 1 rows).
-- Params: $1 tenant id, $2 node ids in scope, JSON array or null for all, $3 lead id.
SELECT
  tenant_id, lead_id, cycle, status, rep_id, node_id, territory_id, territory_rule, segment, pool_id, decision_id,
  plan_version, reason, duplicate_of, load_milli, since_ms, last_follow_up_at_ms, due_at_ms, decided,
  former_owners, facts
FROM lead
WHERE tenant_id = $1
  AND ($2::json IS NULL OR node_id IN (SELECT json_array_elements_text($2::json)))
  AND lead_id = $3;
