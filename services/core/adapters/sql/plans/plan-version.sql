-- One version of a tenant's plan (0 or 1 rows).
-- Params: $1 tenant id, $2 version.
SELECT tenant_id, version, document FROM routing_plan WHERE tenant_id = $1 AND version = $2;
