-- What happened to a lead while it was in the scope, oldest first. Each branch finds the index of its kind of record.
-- Params: $1 tenant id, $2 node ids in scope or null for all, $3 lead id.
SELECT log_partition, log_offset, tenant_id, lead_id, cycle, from_rep_id, to_rep_id, status_after, node_id, record
FROM lead_event
WHERE tenant_id = $1 AND ($2::text[] IS NULL OR node_id = ANY ($2::text[])) AND lead_id = $3 AND type = 'decision'
UNION ALL
SELECT log_partition, log_offset, tenant_id, lead_id, cycle, from_rep_id, to_rep_id, status_after, node_id, record
FROM lead_event
WHERE tenant_id = $1 AND ($2::text[] IS NULL OR node_id = ANY ($2::text[])) AND lead_id = $3 AND type <> 'decision'
ORDER BY cycle, log_partition, log_offset;
