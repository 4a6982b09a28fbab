-- The log made readable: leads as they are now, what happened to them, how many there are of each kind, and how far each
-- partition has been read.
--
-- Ids are COLLATE "C": compared as bytes, so that their order, and every cursor, is the same on every machine.
-- Moments are bigint milliseconds, as in the log: exact, with no time zone to get wrong. Counts are bigint as well, so
-- that no number the log can hold is too large for its column and stops a partition.

-- Every column costs each write something, so those here are the ones that reads find, sort or count by.
CREATE TABLE lead (
  tenant_id      text COLLATE "C" NOT NULL,
  lead_id        text COLLATE "C" NOT NULL,
  status         text COLLATE "C" NOT NULL,
  rep_id         text COLLATE "C",
  node_id        text COLLATE "C" NOT NULL,
  pool_id        text COLLATE "C",
  since_ms       bigint NOT NULL,
  due_at_ms      bigint,
  captured_at_ms bigint NOT NULL,
  latitude_deg   double precision,
  longitude_deg  double precision,
  -- The rest of the state as JSON (lead-row.ts). Only ever read whole: jsonb would take it apart and put it together again,
  -- json would read it through.
  rest           text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant_id, lead_id)
);

-- This table takes one write per record of the log. Every further index is partial: a lead is in at most two. Where nothing
-- is read by a tenant alone, the id that differs stands before the tenant, which most often does not: a write is for the
-- better part comparisons.

-- A rep's private pool. Nothing falls due after 2^53 - 1 ms, so that number stands for "never" and sorts last.
CREATE INDEX lead_owned ON lead (rep_id, tenant_id, (coalesce(due_at_ms, 9007199254740991)), since_ms, lead_id)
  WHERE status = 'owned';
-- A pool, longest in it first, and around a position.
CREATE INDEX lead_public ON lead (tenant_id, pool_id, since_ms, lead_id) WHERE status = 'public';
CREATE INDEX lead_public_place ON lead (tenant_id, pool_id, latitude_deg, longitude_deg) WHERE status = 'public';
-- What the steward brings back to the router.
CREATE INDEX lead_waiting ON lead (tenant_id, node_id, captured_at_ms, lead_id) WHERE status IN ('parked', 'released');

-- The effective records, as history and as events.
CREATE TABLE lead_event (
  log_partition bigint NOT NULL,
  log_offset    bigint NOT NULL,
  tenant_id     text COLLATE "C" NOT NULL,
  lead_id       text COLLATE "C" NOT NULL,
  cycle         bigint NOT NULL,
  type          text COLLATE "C" NOT NULL,
  -- What the record did, which it does not say itself.
  from_rep_id   text COLLATE "C",
  to_rep_id     text COLLATE "C",
  status_after  text COLLATE "C" NOT NULL,
  node_id       text COLLATE "C" NOT NULL,
  -- The bytes of the log: taken apart when somebody asks, which for most records is never.
  record        bytea NOT NULL,
  PRIMARY KEY (log_partition, log_offset)
);
-- Kept in the row and never compressed: protobuf shrinks little, and trying costs more than all else that is done here.
ALTER TABLE lead_event ALTER COLUMN record SET STORAGE EXTERNAL, SET (toast_tuple_target = 8160);

-- Together they hold each record once, and the history of a lead. The first is also the permanent guard against a second
-- decision for one round, beyond the horizon of Redis (I2). In the second the cycle comes before the place, so that the
-- order stays right if leads ever move between partitions.
CREATE UNIQUE INDEX lead_event_decision ON lead_event (lead_id, tenant_id, cycle) WHERE type = 'decision';
CREATE INDEX lead_event_other ON lead_event (lead_id, tenant_id, cycle, log_partition, log_offset)
  WHERE type <> 'decision';

-- Leads counted as they change, so that nobody has to count them. A row for each partition: two of them never wait for
-- one another's commit.
CREATE TABLE lead_count (
  tenant_id     text COLLATE "C" NOT NULL,
  status        text COLLATE "C" NOT NULL,
  node_id       text COLLATE "C" NOT NULL,
  -- The owner of owned leads; empty for all others.
  rep_id        text COLLATE "C" NOT NULL,
  log_partition bigint NOT NULL,
  leads         bigint NOT NULL,
  load_milli    bigint NOT NULL,
  -- When the last of them came.
  last_since_ms bigint NOT NULL,
  PRIMARY KEY (tenant_id, status, node_id, rep_id, log_partition)
) WITH (fillfactor = 50);

-- Moves in the statement that writes the rows: a failover that loses rows loses their position too.
CREATE TABLE projection_position (
  log_partition bigint PRIMARY KEY,
  next_offset   bigint NOT NULL,
  -- Highest barrier before next_offset, so that a fold resumes with V1 intact.
  barrier_epoch bigint NOT NULL
);
