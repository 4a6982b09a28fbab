-- Writes effective records. A row that comes back was written; one that is missing met the permanent guard against two
-- decisions for one round, or its own twin.
-- Params: $1 rows, JSON array of objects with the column names as keys.
INSERT INTO lead_event (
  log_partition, log_offset, tenant_id, lead_id, cycle, type, operator, at_ms, from_rep_id, to_rep_id, status_after,
  node_id, record
)
SELECT
  log_partition, log_offset, tenant_id, lead_id, cycle, type, operator, at_ms, from_rep_id, to_rep_id, status_after,
  node_id, record
FROM json_to_recordset($1::json) AS batch (
  log_partition bigint, log_offset bigint, tenant_id text, lead_id text, cycle bigint, type text, operator text,
  at_ms bigint, from_rep_id text, to_rep_id text, status_after text, node_id text, record jsonb
)
ON CONFLICT DO NOTHING
RETURNING log_offset;
