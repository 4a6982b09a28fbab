-- Live leads by status, rep and node; in one statement, so that the figures are of one moment.
-- Params: $1 tenant id, $2 node ids in scope or null for all.
SELECT
  status, rep_id, node_id,
  sum(leads)::bigint AS leads, sum(load_milli)::bigint AS load_milli, max(last_since_ms) AS last_since_ms
FROM lead_count
WHERE tenant_id = $1 AND status IN ('owned', 'public', 'parked')
  AND ($2::text[] IS NULL OR node_id = ANY ($2::text[]))
GROUP BY status, rep_id, node_id
HAVING sum(leads) > 0
ORDER BY status, rep_id, node_id;
