-- Stores a plan under the next version of its tenant. 0 rows if another publication took that version: ask again.
-- Params: $1 tenant id, $2 document, JSON.
INSERT INTO routing_plan (tenant_id, version, document)
SELECT $1, coalesce(max(version), 0) + 1, $2::json FROM routing_plan WHERE tenant_id = $1
ON CONFLICT (tenant_id, version) DO NOTHING
RETURNING tenant_id, version, document;
