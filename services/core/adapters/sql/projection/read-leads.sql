-- Leads of a partition by id, those that are known, and how far the partition is projected: a row for each lead, or one
-- without a lead. One statement sees both in the same moment, whoever projects or fails over meanwhile.
-- Params: $1 partition, $2 tenant id, $3 lead ids.
SELECT
  coalesce(stand.next_offset, 0) AS next_offset, tenant_id, lead_id, cycle, status, rep_id, node_id, pool_id, since_ms,
  due_at_ms, rest
FROM (SELECT max(next_offset) AS next_offset FROM projection_position WHERE log_partition = $1) AS stand
LEFT JOIN lead ON tenant_id = $2 AND lead_id = ANY ($3::text[]);
