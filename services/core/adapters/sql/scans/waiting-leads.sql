-- Parked or released leads of a node, oldest capture first. Walks index lead_waiting.
-- Params: $1 tenant id, $2 node id, $3 limit.
SELECT tenant_id, lead_id, cycle, status, rep_id, node_id, pool_id, since_ms, due_at_ms, rest
FROM lead
WHERE tenant_id = $1 AND node_id = $2 AND status IN ('parked', 'released')
ORDER BY captured_at_ms, lead_id
LIMIT $3;
