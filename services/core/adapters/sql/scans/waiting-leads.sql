-- Parked or released leads of a node, oldest capture first. Walks index lead_waiting.
-- Params: $1 tenant id, $2 node id, $3 limit.
SELECT
  tenant_id, lead_id, cycle, status, rep_id, node_id, territory_id, territory_rule, segment, pool_id, decision_id,
  plan_version, reason, duplicate_of, load_milli, since_ms, last_follow_up_at_ms, due_at_ms, decided,
  former_owners, facts
FROM lead
WHERE tenant_id = $1 AND node_id = $2 AND status IN ('parked', 'released')
ORDER BY captured_at_ms, lead_id
LIMIT $3;
