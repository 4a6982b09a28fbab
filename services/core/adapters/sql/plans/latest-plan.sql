-- The plan with the highest version of a tenant (0 or 1 rows).
-- Params: $1 tenant id.
SELECT tenant_id, version, document FROM routing_plan WHERE tenant_id = $1 ORDER BY version DESC LIMIT 1;
