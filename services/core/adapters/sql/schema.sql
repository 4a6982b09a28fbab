CREATE TABLE lead (
  tenant_id text COLLATE "C" NOT NULL,
  lead_id text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  rep_id text COLLATE "C",
  node_id text COLLATE "C" NOT NULL,
  pool_id text COLLATE "C",
  since_ms bigint NOT NULL,
  due_at_ms bigint,
  captured_at_ms bigint NOT NULL,
  latitude_deg double precision,
  longitude_deg double precision,
  rest text COLLATE "C" NOT NULL,
  cycle bigint NOT NULL,
  cycle_before bigint,
  event_places bigint[] NOT NULL
);

CREATE INDEX lead_owned ON lead USING btree (rep_id, tenant_id, COALESCE(due_at_ms, '9007199254740991'::bigint), since_ms, lead_id) WHERE (status = 'owned'::text);

CREATE INDEX lead_public ON lead USING btree (tenant_id, pool_id, since_ms, lead_id) WHERE (status = 'public'::text);

CREATE INDEX lead_public_place ON lead USING btree (tenant_id, pool_id, latitude_deg, longitude_deg) WHERE (status = 'public'::text);

CREATE INDEX lead_waiting ON lead USING btree (tenant_id, node_id, captured_at_ms, lead_id) WHERE (status = ANY (ARRAY['parked'::text, 'released'::text]));

CREATE UNIQUE INDEX lead_pkey ON lead USING btree (tenant_id, lead_id);

CREATE TABLE lead_count (
  tenant_id text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  node_id text COLLATE "C" NOT NULL,
  rep_id text COLLATE "C" NOT NULL,
  log_partition bigint NOT NULL,
  leads bigint NOT NULL,
  load_milli bigint NOT NULL,
  last_since_ms bigint NOT NULL
);

CREATE INDEX lead_count_rep ON lead_count USING btree (tenant_id, rep_id);

CREATE UNIQUE INDEX lead_count_pkey ON lead_count USING btree (tenant_id, status, node_id, rep_id, log_partition);

CREATE TABLE lead_event (
  log_partition bigint NOT NULL,
  log_offset bigint NOT NULL,
  tenant_id text COLLATE "C" NOT NULL,
  from_rep_id text COLLATE "C",
  to_rep_id text COLLATE "C",
  status_after text COLLATE "C" NOT NULL,
  node_id text COLLATE "C" NOT NULL,
  record bytea NOT NULL
);

CREATE UNIQUE INDEX lead_event_pkey ON lead_event USING btree (log_partition, log_offset);

CREATE TABLE ledger_checkpoint (
  checkpoint_id bigint NOT NULL,
  part bigint NOT NULL,
  chunk bytea NOT NULL
);

CREATE UNIQUE INDEX ledger_checkpoint_pkey ON ledger_checkpoint USING btree (checkpoint_id, part);

CREATE TABLE projection_position (
  log_partition bigint NOT NULL,
  next_offset bigint NOT NULL,
  barrier_epoch bigint NOT NULL
);

CREATE UNIQUE INDEX projection_position_pkey ON projection_position USING btree (log_partition);

CREATE TABLE routing_plan (
  tenant_id text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  document json NOT NULL,
  published_at_ms bigint NOT NULL DEFAULT ((EXTRACT(epoch FROM clock_timestamp()) * (1000)::numeric))::bigint
);

CREATE UNIQUE INDEX routing_plan_pkey ON routing_plan USING btree (tenant_id, version);

CREATE TABLE schema_migration (
  version bigint NOT NULL,
  name text COLLATE "C" NOT NULL,
  sha256 text COLLATE "C" NOT NULL,
  applied_at_ms bigint NOT NULL DEFAULT ((EXTRACT(epoch FROM clock_timestamp()) * (1000)::numeric))::bigint
);

CREATE UNIQUE INDEX schema_migration_pkey ON schema_migration USING btree (version);
