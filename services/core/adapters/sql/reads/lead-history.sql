-- What happened to a lead while it was in the scope, oldest first.
-- Params: $1 tenant id, $2 node ids in scope, JSON array or null for all, $3 lead id.
SELECT
  event.log_partition, event.log_offset, event.tenant_id, event.lead_id, event.cycle, event.type, event.operator,
  event.at_ms, event.from_rep_id, event.to_rep_id, event.status_after, event.node_id, event.record,
  CASE WHEN event.type = 'decision' THEN lead.facts END AS lead_facts
FROM lead_event AS event LEFT JOIN lead USING (tenant_id, lead_id)
WHERE event.tenant_id = $1
  AND ($2::json IS NULL OR event.node_id IN (SELECT json_array_elements_text($2::json)))
  AND event.lead_id = $3
ORDER BY event.cycle, event.log_partition, event.log_offset;
