-- The highest plan version of every tenant that has one.
-- Params: none.
SELECT tenant_id, max(version) AS version FROM routing_plan GROUP BY tenant_id ORDER BY tenant_id;
