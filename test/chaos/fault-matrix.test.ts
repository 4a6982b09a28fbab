import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { takeTallies, type FaultTally } from "../support/fault-tally.ts";
import { FAULT_MATRIX, wantedCount, type MatrixRow } from "./fault-matrix.ts";
import { canMount } from "./small-disk.ts";

const ROWS: readonly MatrixRow[] = FAULT_MATRIX;
const LEVELS = ["S", "W", "R"] as const satisfies readonly FaultTally["level"][];

/** How many faults of a level the row needs in this run. */
const wantedOf = (row: MatrixRow): Readonly<Record<FaultTally["level"], number>> => ({
  S: wantedCount(row, "simulated"),
  W: wantedCount(row, "onWire"),
  R: wantedCount(row, "injected") + wantedCount(row, "onCluster"),
});

/** Runs behind the suites that bring faults about. A row with less than its count would prove less than it says. */
describe("the fault matrix", () => {
  const lines: string[] = [];
  const counts = new Map<string, number>();
  let mountable: boolean;
  beforeAll(async () => {
    mountable = await canMount();
    for (const { row, level, count } of takeTallies()) {
      const key = `${row} ${level}`;
      counts.set(key, (counts.get(key) ?? 0) + count);
    }
  });
  afterAll(() => console.info(lines.join("\n")));

  it.each(ROWS)("$id $fault", (row) => {
    const { id, fault } = row;
    const isImpossible = id === "F19" && !mountable;
    const missing = isImpossible ? "no right to mount a file system here" : row.missing;
    const found = LEVELS.map((level) => [level, counts.get(`${id} ${level}`) ?? 0] as const);
    const columns = found.map(([level, count]) => `${count} ${level}`.padStart(level === "S" ? 11 : 6));
    const line = [id.padEnd(4), fault.padEnd(52), ...columns].join(" ");
    lines.push(missing === undefined ? line : `${line}  MISSING: ${missing}`);
    const wanted = wantedOf(row);
    const short = found.filter(([level, count]) => !isImpossible && count < wanted[level]);
    if (short.length > 0)
      console.error(`${id} needs ${JSON.stringify(wanted)}: see npm run test:chaos for the tests that count them`);
    expect(short).toEqual([]);
  });

  it("has every row of F1 to F25, each with a count", () => {
    expect(ROWS.map(({ id }) => id)).toEqual(Array.from({ length: 25 }, (_, index) => `F${index + 1}`));
    for (const row of ROWS) expect(Math.max(...Object.values(wantedOf(row)))).toBeGreaterThan(0);
  });
});
