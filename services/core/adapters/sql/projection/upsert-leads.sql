-- Writes the state of each lead, as a row of table lead. A lead may be in the batch once only.
-- One JSON text costs the client half of what arrays cost (2.8 and 5.2 µs a row), at the same rows/s.
-- Params: $1 rows, JSON array of objects with the column names as keys.
INSERT INTO lead (
  tenant_id, lead_id, cycle, status, rep_id, node_id, territory_id, territory_rule, segment, pool_id, decision_id,
  plan_version, reason, duplicate_of, load_milli, since_ms, last_follow_up_at_ms, due_at_ms, decided, captured_at_ms,
  latitude_deg, longitude_deg, former_owners, facts
)
SELECT
  tenant_id, lead_id, cycle, status, rep_id, node_id, territory_id, territory_rule, segment, pool_id, decision_id,
  plan_version, reason, duplicate_of, load_milli, since_ms, last_follow_up_at_ms, due_at_ms, decided, captured_at_ms,
  latitude_deg, longitude_deg, former_owners, facts
FROM json_to_recordset($1::json) AS batch (
  tenant_id text, lead_id text, cycle bigint, status text, rep_id text, node_id text, territory_id text,
  territory_rule text, segment text, pool_id text, decision_id text, plan_version bigint, reason text,
  duplicate_of text, load_milli bigint, since_ms bigint, last_follow_up_at_ms bigint, due_at_ms bigint, decided text,
  captured_at_ms bigint, latitude_deg double precision, longitude_deg double precision, former_owners jsonb,
  facts jsonb
)
ON CONFLICT (tenant_id, lead_id) DO UPDATE SET
  cycle = excluded.cycle, status = excluded.status, rep_id = excluded.rep_id, node_id = excluded.node_id,
  territory_id = excluded.territory_id, territory_rule = excluded.territory_rule, segment = excluded.segment,
  pool_id = excluded.pool_id, decision_id = excluded.decision_id, plan_version = excluded.plan_version,
  reason = excluded.reason, duplicate_of = excluded.duplicate_of, load_milli = excluded.load_milli,
  since_ms = excluded.since_ms, last_follow_up_at_ms = excluded.last_follow_up_at_ms, due_at_ms = excluded.due_at_ms,
  decided = excluded.decided, captured_at_ms = excluded.captured_at_ms, latitude_deg = excluded.latitude_deg,
  longitude_deg = excluded.longitude_deg, former_owners = excluded.former_owners, facts = excluded.facts;
