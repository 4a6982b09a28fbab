-- Published routing plans. A row never changes.
CREATE TABLE routing_plan (
  tenant_id       text COLLATE "C" NOT NULL,
  version         bigint NOT NULL,
  -- jsonb would take the polygons apart on every write and put them together on every read; a plan is only ever read
  -- whole, so its text is kept as it was published.
  document        json NOT NULL,
  published_at_ms bigint NOT NULL DEFAULT (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
  PRIMARY KEY (tenant_id, version)
);
