-- Leads of a tenant behind an id, in id order.
-- Params: $1 tenant id, $2 lead id, $3 limit.
SELECT tenant_id, lead_id, cycle, status, rep_id, node_id, pool_id, since_ms, due_at_ms, rest
FROM lead
WHERE tenant_id = $1 AND lead_id > $2
ORDER BY lead_id
LIMIT $3;
