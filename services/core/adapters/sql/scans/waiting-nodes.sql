-- Nodes with parked or released leads, and how many. Reads index lead_waiting only.
-- Params: $1 tenant id.
SELECT node_id, count(*) AS leads
FROM lead
WHERE tenant_id = $1 AND status IN ('parked', 'released')
GROUP BY node_id;
