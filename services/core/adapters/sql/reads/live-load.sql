-- Live leads by status, rep and node; in one statement, so that the figures are of one moment. Each branch names one
-- status, and so finds its partial index; what has ended is never read.
-- Params: $1 tenant id, $2 node ids in scope, JSON array or null for all.
SELECT
  'owned' AS status, rep_id, node_id,
  count(*) AS leads, sum(load_milli)::bigint AS load_milli, max(since_ms) AS last_since_ms
FROM lead
WHERE tenant_id = $1
  AND ($2::json IS NULL OR node_id IN (SELECT json_array_elements_text($2::json)))
  AND status = 'owned'
GROUP BY rep_id, node_id
UNION ALL
SELECT 'public', NULL, node_id, count(*), 0, NULL
FROM lead
WHERE tenant_id = $1
  AND ($2::json IS NULL OR node_id IN (SELECT json_array_elements_text($2::json)))
  AND status = 'public'
GROUP BY node_id
UNION ALL
SELECT 'parked', NULL, node_id, count(*), 0, NULL
FROM lead
WHERE tenant_id = $1
  AND ($2::json IS NULL OR node_id IN (SELECT json_array_elements_text($2::json)))
  AND status = 'parked'
GROUP BY node_id
ORDER BY 1, 2, 3;
