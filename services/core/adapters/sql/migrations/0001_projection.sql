-- The log made readable: leads as they are now, what happened to them, and how far each partition has been read.
--
-- Ids are COLLATE "C": compared as bytes, so that their order, and every cursor, is the same on every machine.
-- Moments are bigint milliseconds, as in the log: exact, with no time zone to get wrong. Counts are bigint as well, so
-- that no number the log can hold is too large for its column and stops a partition.

CREATE TABLE lead (
  tenant_id            text COLLATE "C" NOT NULL,
  lead_id              text COLLATE "C" NOT NULL,
  cycle                bigint NOT NULL,
  status               text COLLATE "C" NOT NULL,
  rep_id               text COLLATE "C",
  node_id              text COLLATE "C" NOT NULL,
  territory_id         text COLLATE "C" NOT NULL,
  territory_rule       text COLLATE "C" NOT NULL,
  segment              text COLLATE "C" NOT NULL,
  pool_id              text COLLATE "C",
  decision_id          text COLLATE "C" NOT NULL,
  plan_version         bigint NOT NULL,
  reason               text COLLATE "C" NOT NULL,
  duplicate_of         text COLLATE "C",
  load_milli           bigint NOT NULL,
  since_ms             bigint NOT NULL,
  last_follow_up_at_ms bigint,
  due_at_ms            bigint,
  decided              text COLLATE "C" NOT NULL,
  -- Copies out of facts, to be sorted and searched by.
  captured_at_ms       bigint NOT NULL,
  latitude_deg         double precision,
  longitude_deg        double precision,
  former_owners        jsonb NOT NULL,
  facts                jsonb NOT NULL,
  PRIMARY KEY (tenant_id, lead_id)
);

-- This table takes one write per record of the log. Every further index is partial: a lead is in at most two.

-- A rep's private pool. Nothing falls due after 2^53 - 1 ms, so that number stands for "never" and sorts last.
CREATE INDEX lead_owned ON lead (tenant_id, rep_id, (coalesce(due_at_ms, 9007199254740991)), since_ms, lead_id)
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
  operator      text COLLATE "C" NOT NULL,
  at_ms         bigint NOT NULL,
  from_rep_id   text COLLATE "C",
  to_rep_id     text COLLATE "C",
  status_after  text COLLATE "C" NOT NULL,
  node_id       text COLLATE "C" NOT NULL,
  -- The rest of the record: what is in a column above, or in lead.facts, is not said twice (event-row.ts).
  record        jsonb NOT NULL,
  PRIMARY KEY (log_partition, log_offset)
);

-- History of a lead. The cycle comes first, so that the order stays right if leads ever move between partitions.
CREATE INDEX lead_event_lead ON lead_event (tenant_id, lead_id, cycle, log_partition, log_offset);
-- The permanent guard against a second decision for one round, beyond the horizon of Redis (I2).
CREATE UNIQUE INDEX lead_event_decision ON lead_event (tenant_id, lead_id, cycle) WHERE type = 'decision';

-- Moves in the transaction that writes the rows: a failover that loses rows loses their position too.
CREATE TABLE projection_position (
  log_partition bigint PRIMARY KEY,
  next_offset   bigint NOT NULL,
  -- Highest barrier before next_offset, so that a fold resumes with V1 intact.
  barrier_epoch bigint NOT NULL
);
