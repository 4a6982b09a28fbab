-- Writes a batch and moves the position of its partition, if it stands where the batch begins (0 or 1 rows; with 0,
-- nothing is written). One statement is one transaction and one round trip, and small batches are mostly round trips.
-- The position comes first: its row lock makes a second projector wait, and then see that it came too late. An event
-- that meets the guard against two decisions for one round fails the statement, and with it the batch; so does a lead that
-- is said to be new and is not.
-- Params: $1 partition, $2 expected next offset, $3 new next offset, $4 highest barrier epoch before it; then arrays with
-- an element for each row. Leads, each once: $5 is new, $6 tenant id, $7 lead id, $8 status, $9 rep id, $10 node id,
-- $11 pool id, $12 since and $13 due and $14 captured, ms, $15 latitude and $16 longitude, deg, $17 rest. Events:
-- $18 offset, $19 tenant id, $20 lead id, $21 cycle, $22 type, $23 from and $24 to rep id, $25 status after, $26 node id,
-- $27 record. Changes of counts, each kind once: $28 tenant id, $29 status, $30 node id, $31 rep id, $32 leads and
-- $33 load, milli, that come or go, $34 when the last came, ms.
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
    $5::boolean[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::bigint[],
    $13::bigint[], $14::bigint[], $15::double precision[], $16::double precision[], $17::text[]
  ) AS given (
    is_new, tenant_id, lead_id, status, rep_id, node_id, pool_id, since_ms, due_at_ms, captured_at_ms, latitude_deg,
    longitude_deg, rest
  )
  WHERE EXISTS (SELECT FROM moved)
), new_leads AS (
  -- Without a look whether they are there: that is a third of the work.
  INSERT INTO lead (
    tenant_id, lead_id, status, rep_id, node_id, pool_id, since_ms, due_at_ms, captured_at_ms, latitude_deg,
    longitude_deg, rest
  )
  SELECT
    tenant_id, lead_id, status, rep_id, node_id, pool_id, since_ms, due_at_ms, captured_at_ms, latitude_deg,
    longitude_deg, rest
  FROM given WHERE is_new
), changed_leads AS (
  INSERT INTO lead (
    tenant_id, lead_id, status, rep_id, node_id, pool_id, since_ms, due_at_ms, captured_at_ms, latitude_deg,
    longitude_deg, rest
  )
  SELECT
    tenant_id, lead_id, status, rep_id, node_id, pool_id, since_ms, due_at_ms, captured_at_ms, latitude_deg,
    longitude_deg, rest
  FROM given WHERE NOT is_new
  ON CONFLICT (tenant_id, lead_id) DO UPDATE SET
    status = excluded.status, rep_id = excluded.rep_id, node_id = excluded.node_id, pool_id = excluded.pool_id,
    since_ms = excluded.since_ms, due_at_ms = excluded.due_at_ms, captured_at_ms = excluded.captured_at_ms,
    latitude_deg = excluded.latitude_deg, longitude_deg = excluded.longitude_deg, rest = excluded.rest
), events AS (
  INSERT INTO lead_event (
    log_partition, log_offset, tenant_id, lead_id, cycle, type, from_rep_id, to_rep_id, status_after, node_id, record
  )
  SELECT $1, * FROM unnest(
    $18::bigint[], $19::text[], $20::text[], $21::bigint[], $22::text[], $23::text[], $24::text[], $25::text[],
    $26::text[], $27::bytea[]
  )
  WHERE EXISTS (SELECT FROM moved)
), counts AS (
  INSERT INTO lead_count AS stored (
    tenant_id, status, node_id, rep_id, log_partition, leads, load_milli, last_since_ms
  )
  SELECT tenant_id, status, node_id, rep_id, $1, leads, load_milli, last_since_ms
  FROM unnest($28::text[], $29::text[], $30::text[], $31::text[], $32::bigint[], $33::bigint[], $34::bigint[])
    AS change (tenant_id, status, node_id, rep_id, leads, load_milli, last_since_ms)
  WHERE EXISTS (SELECT FROM moved)
  ON CONFLICT (tenant_id, status, node_id, rep_id, log_partition) DO UPDATE SET
    leads = stored.leads + excluded.leads, load_milli = stored.load_milli + excluded.load_milli,
    last_since_ms = greatest(stored.last_since_ms, excluded.last_since_ms)
)
SELECT log_partition FROM moved;
