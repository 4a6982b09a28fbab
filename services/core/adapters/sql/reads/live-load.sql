-- Live leads by status, rep and node; in one statement, so that the figures are of one moment. Of the two branches one
-- has rows: together in one condition, the nodes would not find the index.
-- Params: $1 tenant id, $2 node ids in scope or null for all.
SELECT
  status, rep_id, node_id,
  sum(leads)::bigint AS leads, sum(load_milli)::bigint AS load_milli, max(last_since_ms) AS last_since_ms
FROM (
  SELECT * FROM lead_count
  WHERE tenant_id = $1 AND status IN ('owned', 'public', 'parked') AND node_id = ANY ($2::text[])
  UNION ALL
  SELECT * FROM lead_count
  WHERE tenant_id = $1 AND status IN ('owned', 'public', 'parked') AND $2::text[] IS NULL
) AS scoped
GROUP BY status, rep_id, node_id
HAVING sum(leads) > 0
ORDER BY status, rep_id, node_id;
