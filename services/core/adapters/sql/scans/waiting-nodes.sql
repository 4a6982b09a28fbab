-- Nodes with parked or released leads, and how many.
-- Params: $1 tenant id.
SELECT node_id, sum(leads)::bigint AS leads
FROM lead_count
WHERE tenant_id = $1 AND status IN ('parked', 'released')
GROUP BY node_id
HAVING sum(leads) > 0;
