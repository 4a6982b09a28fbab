import type { LogFold } from "../core/domain/decision/log-fold.ts";
import type { LedgerRow } from "../core/domain/ledger/ledger-row.ts";
import { WINDOW_HORIZON_MS } from "../core/domain/ledger/ledger-row.ts";
import type { Ledger } from "../core/ports/ledger.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { FindingSink } from "./finding.ts";

export interface CompareLedgerInput {
  readonly ledger: Pick<Ledger, "dump">;
  readonly fold: LogFold;
  readonly nowMs: number;
  readonly wait: (ms: number) => Promise<void>;
}

const ATTEMPTS = 3;
const PAUSE_MS = 1_000;

/** Every row of the ledger against the rows that the fold implies (I7). */
export async function compareLedger(
  { ledger, fold, nowMs, wait }: CompareLedgerInput,
  sink: FindingSink,
): Promise<void> {
  for (const [tenantId, { ledger: image }] of fold.tenants) {
    const expected = new Map(rowsByKey(image.rows(), nowMs));
    let differences = await differ(ledger.dump(tenantId), expected, nowMs);
    for (let attempt = 1; differences.length > 0 && attempt < ATTEMPTS; attempt++) {
      await wait(PAUSE_MS);
      differences = await differ(ledger.dump(tenantId), expected, nowMs);
    }
    for (const { subject, detail } of differences) {
      sink.add({ invariant: "I7_ledger_is_fold", tenantId, subject, detail });
    }
  }
}

interface Difference {
  readonly subject: string;
  readonly detail: string;
}

async function differ(
  rows: AsyncIterable<LedgerRow>,
  expected: ReadonlyMap<string, string>,
  nowMs: number,
): Promise<readonly Difference[]> {
  const differences: Difference[] = [];
  const seen = new Set<string>();
  for await (const row of rows) {
    for (const [key, text] of rowsByKey([row], nowMs)) {
      seen.add(key);
      const wanted = expected.get(key);
      if (wanted === undefined) differences.push({ subject: key, detail: "is in the ledger, but not in the log" });
      else if (wanted !== text) differences.push({ subject: key, detail: `is ${text}, the log says ${wanted}` });
    }
  }
  for (const key of expected.keys()) {
    if (!seen.has(key)) differences.push({ subject: key, detail: "is in the log, but not in the ledger" });
  }
  return differences;
}

/** Identity and content of each row. Window entries beyond the horizon may be dropped by either side, so they are left out. */
function* rowsByKey(rows: Iterable<LedgerRow>, nowMs: number): Generator<[string, string]> {
  for (const row of rows) {
    if (row.kind === "window" && row.atMs < nowMs - WINDOW_HORIZON_MS) continue;
    yield [keyOf(row), canonicalJson(row)];
  }
}

function keyOf(row: LedgerRow): string {
  switch (row.kind) {
    case "lead":
      return `lead ${row.leadId}`;
    case "held":
      return `held ${row.repId} ${row.leadId}#${row.cycle}`;
    case "rep":
      return `rep ${row.repId}`;
    case "window":
      return `window ${row.repId} ${row.scope} ${row.leadId}#${row.cycle}`;
    case "floor":
      return `floor ${row.nodeId}`;
    case "identity":
      return `identity ${row.identityKey}`;
    case "turn":
      return "turn";
  }
}
