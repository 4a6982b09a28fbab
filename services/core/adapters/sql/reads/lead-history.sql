-- What happened to a lead while it was in the scope, oldest first. Place by place, for together a planner without
-- statistics would rather read all events.
-- Params: $1 tenant id, $2 node ids in scope or null for all, $3 lead id.
SELECT event.*
FROM lead
CROSS JOIN LATERAL generate_series(1, cardinality(event_places), 2) AS at
CROSS JOIN LATERAL (
  SELECT log_partition, log_offset, tenant_id, from_rep_id, to_rep_id, status_after, node_id, record
  FROM lead_event
  WHERE log_partition = event_places[at] AND log_offset = event_places[at + 1]
  LIMIT 1
) AS event
WHERE lead.tenant_id = $1 AND ($2::text[] IS NULL OR event.node_id = ANY ($2::text[])) AND lead.lead_id = $3
ORDER BY at;
