-- A lead's row says where its events are, and its cycle is the guard against a second decision (I2, beyond the horizon of
-- Redis). Two indexes over all events did both, and cost a write a fifth of all that it cost. Rows that are there are
-- brought along.
ALTER TABLE lead
  ADD COLUMN cycle bigint CONSTRAINT lead_cycle CHECK (cycle > 0),
  -- Not kept: a write says by it which cycle it found, and is refused if that is not the one stored (write-batch.sql).
  ADD COLUMN cycle_before bigint,
  -- Where its events are, oldest first: partition, offset, partition, offset, ...
  ADD COLUMN event_places bigint[];

UPDATE lead SET cycle = (rest::json ->> 'cycle')::bigint, event_places = found.places
FROM (
  SELECT tenant_id, lead_id, array_agg(number ORDER BY cycle, log_partition, log_offset, part) AS places
  FROM lead_event CROSS JOIN LATERAL unnest(ARRAY[log_partition, log_offset]) WITH ORDINALITY AS place (number, part)
  GROUP BY tenant_id, lead_id
) AS found
WHERE found.tenant_id = lead.tenant_id AND found.lead_id = lead.lead_id;

ALTER TABLE lead ALTER COLUMN cycle SET NOT NULL, ALTER COLUMN event_places SET NOT NULL;

-- They are in the record.
DROP INDEX lead_event_decision, lead_event_other;
ALTER TABLE lead_event DROP COLUMN lead_id, DROP COLUMN cycle, DROP COLUMN type;
