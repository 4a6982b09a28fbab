import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { takeTallies } from "../support/fault-tally.ts";
import { FAULT_MATRIX, wantedCount, type MatrixRow } from "./fault-matrix.ts";
import { canMount } from "./small-disk.ts";

const NOTHING = { simulated: 0, real: 0 };
const ROWS: readonly MatrixRow[] = FAULT_MATRIX;

/** Runs behind the suites that bring faults about. A row that none of them exercised would be a row that proves nothing. */
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
    const { id, fault, isSimulated } = row;
    const missing = row.missing ?? (id === "F19" && !mountable ? "no right to mount a file system here" : undefined);
    const [simulated, real] = [counts.get(`${id} S`) ?? 0, counts.get(`${id} R`) ?? 0];
    const columns = [id.padEnd(4), fault.padEnd(52), `${simulated} S`.padStart(10), `${real} R`.padStart(7)];
    lines.push(columns.join(" ") + (missing === undefined ? "" : `  MISSING: ${missing}`));
    const wanted =
      missing === undefined
        ? { simulated: isSimulated ? 1 : 0, real: wantedCount(row) + wantedCount(row, "onCluster") }
        : NOTHING;
    const short = { simulated: simulated < wanted.simulated, real: real < wanted.real };
    if (short.simulated || short.real)
      console.error(`${id} needs ${JSON.stringify(wanted)}: see npm run test:chaos for the tests that count them`);
    expect(short).toEqual({ simulated: false, real: false });
  });

  it("has every row of F1 to F25, each with a count or a reason why not", () => {
    expect(ROWS.map(({ id }) => id)).toEqual(Array.from({ length: 25 }, (_, index) => `F${index + 1}`));
    for (const { injected, isSimulated, missing } of ROWS) {
      expect(isSimulated || injected !== undefined).toBe(missing === undefined);
    }
  });
});
