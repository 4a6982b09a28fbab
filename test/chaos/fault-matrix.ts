/** Faults per run: what CI has time for, and what `npm run test:chaos` takes its time for. */
export interface Counts {
  readonly ci: number;
  readonly nightly: number;
}

export interface MatrixRow {
  readonly id: string;
  readonly fault: string;
  /** Met by the real code in the simulation (test/model), or by the embedded log on files damaged by hand. */
  readonly simulated?: Counts;
  /** Brought about between clients and real brokers, for moments, by the proxies of this suite. */
  readonly onWire?: Counts;
  /** Brought about on real servers and processes by this suite, or by the test that is named. */
  readonly injected?: Counts;
  /** How many more test/integration/redis-cluster-faults.test.ts brings about, on masters of a cluster. */
  readonly onCluster?: Counts;
  /** What the row has no test for, and why. Told by name in every report. */
  readonly missing?: string;
}

/** Every fault that Fairlead has to survive. */
export const FAULT_MATRIX = [
  {
    id: "F1",
    fault: "kill -9 of routers",
    simulated: { ci: 64_800, nightly: 1_000_000 },
    injected: { ci: 40, nightly: 200 },
  },
  { id: "F2", fault: "killed twice within one batch, or during recovery", simulated: { ci: 50_000, nightly: 100_000 } },
  {
    id: "F3",
    fault: "a router frozen past its session",
    simulated: { ci: 2_000, nightly: 100_000 },
    injected: { ci: 10, nightly: 100 },
  },
  {
    id: "F4",
    fault: "rebalance storm",
    simulated: { ci: 2_000, nightly: 100_000 },
    injected: { ci: 50, nightly: 500 },
  },
  {
    id: "F5",
    fault: "Redis FLUSHALL",
    simulated: { ci: 2_000, nightly: 100_000 },
    injected: { ci: 10, nightly: 50 },
    onCluster: { ci: 3, nightly: 20 },
  },
  {
    id: "F6",
    fault: "Redis kill -9, AOF always, everysec, none",
    simulated: { ci: 2_000, nightly: 100_000 },
    injected: { ci: 15, nightly: 100 },
    onCluster: { ci: 2, nightly: 20 },
  },
  {
    id: "F7",
    fault: "failover to a stale replica",
    simulated: { ci: 2_000, nightly: 100_000 },
    injected: { ci: 5, nightly: 50 },
    onCluster: { ci: 2, nightly: 20 },
  },
  {
    id: "F8",
    fault: "Redis: reply lost, silence, OOM, READONLY, LOADING",
    simulated: { ci: 2_000, nightly: 100_000 },
    injected: { ci: 100, nightly: 1_000 },
  },
  { id: "F9", fault: "SCRIPT FLUSH", injected: { ci: 10, nightly: 100 } },
  {
    id: "F10",
    fault: "append: acknowledgement lost, late, cut",
    simulated: { ci: 5_000, nightly: 100_000 },
    injected: { ci: 50, nightly: 500 },
  },
  {
    id: "F11",
    fault: "brokers killed, frozen, cut off, led by another",
    onWire: { ci: 60, nightly: 500 },
    injected: { ci: 5, nightly: 50 },
  },
  {
    id: "F12",
    fault: "commit lost, coordinator moved",
    simulated: { ci: 1_000, nightly: 100_000 },
    injected: { ci: 30, nightly: 300 },
  },
  { id: "F13", fault: "offsets expired or out of range", injected: { ci: 5, nightly: 20 } },
  {
    id: "F14",
    fault: "leads delivered twice",
    simulated: { ci: 10_000, nightly: 1_000_000 },
    injected: { ci: 30, nightly: 500 },
  },
  {
    id: "F15",
    fault: "command before the projection shows its lead's last record",
    simulated: { ci: 5_000, nightly: 100_000 },
    missing: "lead versions out of order: leads have no versions yet",
  },
  {
    id: "F16",
    fault: "poison over the wire",
    simulated: { ci: 5_000, nightly: 100_000 },
    injected: { ci: 30, nightly: 600 },
  },
  // Of test/integration/killer-record.test.ts.
  { id: "F17", fault: "a record that kills the router", injected: { ci: 3, nightly: 10 } },
  {
    id: "F18",
    fault: "PostgreSQL killed, away, silent",
    simulated: { ci: 1_000, nightly: 100_000 },
    injected: { ci: 5, nightly: 50 },
  },
  {
    id: "F19",
    fault: "disk full: Redis, PostgreSQL, embedded log",
    injected: { ci: 3, nightly: 9 },
  },
  {
    id: "F20",
    fault: "clocks an hour wrong",
    simulated: { ci: 2_000, nightly: 100_000 },
    injected: { ci: 5, nightly: 20 },
  },
  { id: "F21", fault: "torn or flipped end of the embedded log", simulated: { ci: 5_000, nightly: 100_000 } },
  { id: "F22", fault: "plan published between match and reserve", simulated: { ci: 5_000, nightly: 100_000 } },
  // Of test/integration/live-stream.test.ts.
  {
    id: "F23",
    fault: "live stream: slow, storm, revoked, moved",
    injected: { ci: 20, nightly: 200 },
  },
  { id: "F24", fault: "recovery leader killed, two leaders at once", simulated: { ci: 5_000, nightly: 100_000 } },
  // Of test/integration/overload.test.ts.
  { id: "F25", fault: "overload ×10, an event loop that stalls", injected: { ci: 1, nightly: 3 } },
] as const satisfies readonly MatrixRow[];

export type RowId = (typeof FAULT_MATRIX)[number]["id"];

export const isNightly = process.env["FAIRLEAD_TEST_CHAOS"] === "nightly";

/** Of this run. */
export const wantedCount = (row: MatrixRow, where: "simulated" | "onWire" | "injected" | "onCluster"): number =>
  row[where]?.[isNightly ? "nightly" : "ci"] ?? 0;
