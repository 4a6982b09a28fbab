-- Leads by status.
-- Params: $1 tenant id.
SELECT status, sum(leads)::bigint AS leads FROM lead_count WHERE tenant_id = $1 GROUP BY status HAVING sum(leads) > 0;
