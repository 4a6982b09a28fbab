-- Effective records behind an offset of each partition, in order, and how far was looked for them. A partition of which
-- nothing is new has no row; one in which there is nothing for the caller has a row without a record. At most a window of
-- offsets is looked through, so that who finds little in much is answered soon too.
-- Params: $1 offset of every partition from 0, $2 window, offsets, $3 limit of each partition; for whom, at least: $4
-- tenant id or null for all, $5 node ids in scope or null for all, $6 rep id or null.
SELECT
  span.log_partition, span.through, span.projected, log_offset, tenant_id, from_rep_id, to_rep_id,
  status_after, node_id, record
FROM (
  SELECT
    log_partition, behind.log_offset AS after, next_offset - 1 AS projected,
    least(next_offset - 1, behind.log_offset + $2) AS through
  FROM unnest($1::bigint[]) WITH ORDINALITY AS behind (log_offset, place)
  JOIN projection_position ON log_partition = place - 1
  WHERE next_offset - 1 > behind.log_offset
) AS span
LEFT JOIN LATERAL (
  SELECT log_offset, tenant_id, from_rep_id, to_rep_id, status_after, node_id, record
  FROM lead_event
  WHERE lead_event.log_partition = span.log_partition AND log_offset > span.after AND log_offset <= span.through
    AND ($4::text IS NULL OR tenant_id = $4)
    AND (
      $5::text[] IS NULL OR node_id = ANY ($5::text[]) OR status_after = 'public'
      OR from_rep_id = $6::text OR to_rep_id = $6::text
    )
  ORDER BY log_offset
  LIMIT $3
) AS event ON true
ORDER BY span.log_partition, log_offset;
