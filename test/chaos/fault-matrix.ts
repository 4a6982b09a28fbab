/** Faults per run: what CI has time for, and what `npm run test:chaos` takes its time for. */
export interface Counts {
  readonly ci: number;
  readonly nightly: number;
}

export interface MatrixRow {
  readonly id: string;
  readonly fault: string;
  /** How many this suite brings about on real servers; absent if it has no business with them. */
  readonly injected?: Counts;
  /** How many more test/integration/redis-cluster-faults.test.ts brings about, on masters of a cluster. */
  readonly onCluster?: Counts;
  /** Whether tests of the simulation (test/model) or of files have faults of this row too, and count them. */
  readonly isSimulated: boolean;
  /** Why there is no count at all. Such a row is told by name in every report. */
  readonly missing?: string;
}

/** Every fault that Fairlead has to survive. */
export const FAULT_MATRIX = [
  { id: "F1", fault: "kill -9 of routers", injected: { ci: 40, nightly: 200 }, isSimulated: true },
  { id: "F2", fault: "killed twice within one batch, or during recovery", isSimulated: true },
  { id: "F3", fault: "a router frozen past its session", injected: { ci: 10, nightly: 100 }, isSimulated: true },
  { id: "F4", fault: "rebalance storm", injected: { ci: 50, nightly: 500 }, isSimulated: true },
  {
    id: "F5",
    fault: "Redis FLUSHALL",
    injected: { ci: 10, nightly: 50 },
    onCluster: { ci: 3, nightly: 20 },
    isSimulated: true,
  },
  {
    id: "F6",
    fault: "Redis kill -9, AOF always, everysec, none",
    injected: { ci: 15, nightly: 100 },
    onCluster: { ci: 2, nightly: 20 },
    isSimulated: true,
  },
  {
    id: "F7",
    fault: "failover to a stale replica",
    injected: { ci: 5, nightly: 50 },
    onCluster: { ci: 2, nightly: 20 },
    isSimulated: true,
  },
  {
    id: "F8",
    fault: "Redis: reply lost, silence, OOM, READONLY, LOADING",
    injected: { ci: 100, nightly: 1_000 },
    isSimulated: true,
  },
  { id: "F9", fault: "SCRIPT FLUSH", injected: { ci: 10, nightly: 100 }, isSimulated: false },
  {
    id: "F10",
    fault: "append: acknowledgement lost, late, cut",
    injected: { ci: 50, nightly: 500 },
    isSimulated: true,
  },
  {
    id: "F11",
    fault: "brokers killed, frozen, restarted in turn",
    injected: { ci: 5, nightly: 50 },
    isSimulated: false,
  },
  { id: "F12", fault: "commit lost, coordinator moved", injected: { ci: 30, nightly: 300 }, isSimulated: false },
  { id: "F13", fault: "offsets expired or out of range", injected: { ci: 5, nightly: 20 }, isSimulated: false },
  { id: "F14", fault: "leads delivered twice", injected: { ci: 30, nightly: 500 }, isSimulated: true },
  // Its other half, lead versions out of order, waits for leads to have versions.
  { id: "F15", fault: "command before the projection shows its lead's last record", isSimulated: true },
  { id: "F16", fault: "poison over the wire", injected: { ci: 30, nightly: 600 }, isSimulated: true },
  // Of test/integration/killer-record.test.ts.
  { id: "F17", fault: "a record that kills the router", injected: { ci: 3, nightly: 10 }, isSimulated: false },
  { id: "F18", fault: "PostgreSQL killed, away, silent", injected: { ci: 5, nightly: 50 }, isSimulated: false },
  {
    id: "F19",
    fault: "disk full: Redis, PostgreSQL, embedded log",
    injected: { ci: 3, nightly: 9 },
    isSimulated: false,
  },
  { id: "F20", fault: "clocks an hour wrong", injected: { ci: 5, nightly: 20 }, isSimulated: false },
  { id: "F21", fault: "torn or flipped end of the embedded log", isSimulated: true },
  { id: "F22", fault: "plan published between match and reserve", isSimulated: true },
  // Of test/integration/live-stream.test.ts.
  {
    id: "F23",
    fault: "live stream: slow, storm, revoked, moved",
    injected: { ci: 20, nightly: 200 },
    isSimulated: false,
  },
  { id: "F24", fault: "recovery leader killed, two leaders at once", isSimulated: true },
  { id: "F25", fault: "overload", isSimulated: false, missing: "belongs to the performance suite" },
] as const satisfies readonly MatrixRow[];

export type RowId = (typeof FAULT_MATRIX)[number]["id"];

export const isNightly = process.env["FAIRLEAD_TEST_CHAOS"] === "nightly";

/** Of this run, on real servers: by this suite, or on a cluster. */
export const wantedCount = (row: MatrixRow, where: "injected" | "onCluster" = "injected"): number =>
  row[where]?.[isNightly ? "nightly" : "ci"] ?? 0;
