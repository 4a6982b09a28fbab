-- Effective records of a partition behind an offset, in order.
-- Params: $1 partition, $2 offset, $3 limit.
SELECT log_partition, log_offset, tenant_id, lead_id, from_rep_id, to_rep_id, status_after, node_id, record
FROM lead_event
WHERE log_partition = $1 AND log_offset > $2
ORDER BY log_offset
LIMIT $3;
