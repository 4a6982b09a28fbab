-- Leads by status. Reads all leads of the tenant, ended ones too.
-- Params: $1 tenant id.
SELECT status, count(*) AS leads FROM lead WHERE tenant_id = $1 GROUP BY status;
