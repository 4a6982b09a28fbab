-- Writes a batch and moves the position of its partition, if it stands where the batch begins (0 or 1 rows; with 0,
-- nothing is written). One statement is one transaction and one round trip, and small batches are mostly round trips.
-- The position comes first: its row lock makes a second projector wait, and then see that it came too late. A lead
-- whose cycle is not the one that its state was read with fails the statement, and with it the batch, for then this round
-- may have been decided elsewhere; so does a lead that is said to be new and is not.
-- Params: $1 partition, $2 expected next offset, $3 new next offset, $4 highest barrier epoch before it; then arrays with
-- an element for each row. Leads, each once: $5 cycle before, null for a new one, $6 cycle, $7 tenant id, $8 lead id,
-- $9 status, $10 rep id, $11 node id, $12 pool id, $13 since and $14 due and $15 captured, ms, $16 latitude and
-- $17 longitude, deg, $18 rest, $19 places of its events in this batch, as text. Events: $20 offset, $21 tenant id, $22 from
-- and $23 to rep id, $24 status after, $25 node id, $26 record. Changes of counts, each kind once: $27 tenant id,
-- $28 status, $29 node id, $30 rep id, $31 leads and $32 load, milli, that come or go, $33 when the last came, ms.
WITH moved AS (
  INSERT INTO projection_position AS stored (log_partition, next_offset, barrier_epoch)
  SELECT $1::bigint, $3::bigint, $4::bigint
  WHERE $2::bigint = 0 OR EXISTS (SELECT FROM projection_position WHERE log_partition = $1)
  ON CONFLICT (log_partition) DO UPDATE SET
    next_offset = excluded.next_offset, barrier_epoch = excluded.barrier_epoch
  WHERE stored.next_offset = $2
  RETURNING log_partition
), given AS (
  SELECT * FROM unnest(
    $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],
    $13::bigint[], $14::bigint[], $15::bigint[], $16::double precision[], $17::double precision[], $18::text[],
    $19::text[]
  ) AS given (
    cycle_before, cycle, tenant_id, lead_id, status, rep_id, node_id, pool_id, since_ms, due_at_ms, captured_at_ms,
    latitude_deg, longitude_deg, rest, event_places
  )
  WHERE EXISTS (SELECT FROM moved)
), new_leads AS (
  -- Without a look whether they are there: that is a third of the work.
  INSERT INTO lead (
    cycle, tenant_id, lead_id, status, rep_id, node_id, pool_id, since_ms, due_at_ms, captured_at_ms, latitude_deg,
    longitude_deg, rest, event_places
  )
  SELECT
    cycle, tenant_id, lead_id, status, rep_id, node_id, pool_id, since_ms, due_at_ms, captured_at_ms, latitude_deg,
    longitude_deg, rest, event_places::bigint[]
  FROM given WHERE cycle_before IS NULL
), changed_leads AS (
  INSERT INTO lead AS stored (
    cycle_before, cycle, tenant_id, lead_id, status, rep_id, node_id, pool_id, since_ms, due_at_ms, captured_at_ms,
    latitude_deg, longitude_deg, rest, event_places
  )
  SELECT
    cycle_before, cycle, tenant_id, lead_id, status, rep_id, node_id, pool_id, since_ms, due_at_ms, captured_at_ms,
    latitude_deg, longitude_deg, rest, event_places::bigint[]
  FROM given WHERE cycle_before IS NOT NULL
  ON CONFLICT (tenant_id, lead_id) DO UPDATE SET
    -- Check lead_cycle refuses 0: another cycle was found than is stored.
    cycle = CASE WHEN stored.cycle = excluded.cycle_before THEN excluded.cycle ELSE 0 END, cycle_before = NULL,
    event_places = stored.event_places || excluded.event_places,
    status = excluded.status, rep_id = excluded.rep_id, node_id = excluded.node_id, pool_id = excluded.pool_id,
    since_ms = excluded.since_ms, due_at_ms = excluded.due_at_ms, captured_at_ms = excluded.captured_at_ms,
    latitude_deg = excluded.latitude_deg, longitude_deg = excluded.longitude_deg, rest = excluded.rest
), events AS (
  INSERT INTO lead_event (
    log_partition, log_offset, tenant_id, from_rep_id, to_rep_id, status_after, node_id, record
  )
  SELECT $1, * FROM unnest(
    $20::bigint[], $21::text[], $22::text[], $23::text[], $24::text[], $25::text[], $26::bytea[]
  )
  WHERE EXISTS (SELECT FROM moved)
), counts AS (
  INSERT INTO lead_count AS stored (
    tenant_id, status, node_id, rep_id, log_partition, leads, load_milli, last_since_ms
  )
  SELECT tenant_id, status, node_id, rep_id, $1, leads, load_milli, last_since_ms
  FROM unnest($27::text[], $28::text[], $29::text[], $30::text[], $31::bigint[], $32::bigint[], $33::bigint[])
    AS change (tenant_id, status, node_id, rep_id, leads, load_milli, last_since_ms)
  WHERE EXISTS (SELECT FROM moved)
  ON CONFLICT (tenant_id, status, node_id, rep_id, log_partition) DO UPDATE SET
    leads = stored.leads + excluded.leads, load_milli = stored.load_milli + excluded.load_milli,
    last_since_ms = greatest(stored.last_since_ms, excluded.last_since_ms)
)
SELECT log_partition FROM moved;
