-- The effective record at a position of the log (0 or 1 rows).
-- Params: $1 partition, $2 offset.
SELECT
  event.log_partition, event.log_offset, event.tenant_id, event.lead_id, event.cycle, event.type, event.operator,
  event.at_ms, event.from_rep_id, event.to_rep_id, event.status_after, event.node_id, event.record,
  CASE WHEN event.type = 'decision' THEN lead.facts END AS lead_facts
FROM lead_event AS event LEFT JOIN lead USING (tenant_id, lead_id)
WHERE event.log_partition = $1 AND event.log_offset = $2;
