import { describe, expect, it } from "vitest";
import { createLogFold } from "../core/domain/decision/log-fold.ts";
import type { LedgerRow } from "../core/domain/ledger/ledger-row.ts";
import { compareLedger } from "./compare-ledger.ts";
import { createFindingSink } from "./finding.ts";

const ROWS: readonly LedgerRow[] = [
  { kind: "floor", nodeId: "north", floor: 3 },
  { kind: "identity", identityKey: "phone", leadId: "a" },
  { kind: "rep", repId: "ann", held: 1, loadMilli: 1000, credit: 4, turn: 2 },
  { kind: "held", repId: "ann", leadId: "a", cycle: 1 },
];

/** What a ledger with these rows is said to have wrong. */
async function findingsOf(rows: readonly LedgerRow[]): Promise<readonly string[]> {
  const fold = createLogFold();
  const { ledger: image } = fold.tenant("t");
  for (const row of ROWS) image.load(row);
  const sink = createFindingSink();
  const ledger = {
    async *dump() {
      yield* rows;
    },
  };
  await compareLedger({ ledger, fold, nowMs: 0, wait: () => Promise.resolve() }, sink);
  return sink.kept.map(({ subject, detail }) => `${subject} ${detail}`);
}

describe("a ledger against the fold of the log", () => {
  it("is the same in any order, and if a scan tells a row twice", async () => {
    expect(await findingsOf([...ROWS.toReversed(), ...ROWS])).toEqual([]);
  });

  it("lacks a row", async () => {
    expect(await findingsOf(ROWS.slice(1))).toEqual(["floor north is in the log, but not in the ledger"]);
  });

  it("has a row too many", async () => {
    expect(await findingsOf([...ROWS, { kind: "held", repId: "ann", leadId: "b", cycle: 1 }])).toEqual([
      "held ann b#1 is in the ledger, but not in the log",
    ]);
  });

  it("has a row of another content, and says both", async () => {
    const others = ROWS.slice(1);
    expect(await findingsOf([{ kind: "floor", nodeId: "north", floor: 4 }, ...others])).toEqual([
      'floor north is {"floor":4,"kind":"floor","nodeId":"north"}, the log says {"floor":3,"kind":"floor","nodeId":"north"}',
    ]);
  });
});
