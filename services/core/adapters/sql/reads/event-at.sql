-- The effective record at a position of the log (0 or 1 rows).
-- Params: $1 partition, $2 offset.
SELECT log_partition, log_offset, tenant_id, from_rep_id, to_rep_id, status_after, node_id, record
FROM lead_event
WHERE log_partition = $1 AND log_offset = $2;
