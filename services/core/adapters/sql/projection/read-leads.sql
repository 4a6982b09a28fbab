-- Leads by id, those that are known.
-- Params: $1 tenant id, $2 lead ids, JSON array.
SELECT
  tenant_id, lead_id, cycle, status, rep_id, node_id, territory_id, territory_rule, segment, pool_id, decision_id,
  plan_version, reason, duplicate_of, load_milli, since_ms, last_follow_up_at_ms, due_at_ms, decided,
  former_owners, facts
FROM lead
WHERE tenant_id = $1 AND lead_id = ANY (ARRAY(SELECT json_array_elements_text($2::json)));
