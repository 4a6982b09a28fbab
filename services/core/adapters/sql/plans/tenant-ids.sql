-- Tenants that have a plan, in id order.
-- Params: none.
SELECT DISTINCT tenant_id FROM routing_plan ORDER BY tenant_id;
