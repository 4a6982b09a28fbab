import { hash } from "node:crypto";
import type { LogFold } from "../core/domain/decision/log-fold.ts";
import type { LedgerImage } from "../core/domain/ledger/ledger-image.ts";
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
  sink: Pick<FindingSink, "add">,
): Promise<void> {
  for (const [tenantId, { ledger: image }] of fold.tenants) {
    let differences = await differ(ledger.dump(tenantId), image, nowMs);
    for (let attempt = 1; differences.length > 0 && attempt < ATTEMPTS; attempt++) {
      await wait(PAUSE_MS);
      differences = await differ(ledger.dump(tenantId), image, nowMs);
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

/** In place of a hash: the row was there, with this content. A dump may tell a row twice. */
const MET = -1;

/** Keeps a number for a row, not its text: a million leads have four million rows. */
async function differ(
  rows: AsyncIterable<LedgerRow>,
  image: LedgerImage,
  nowMs: number,
): Promise<readonly Difference[]> {
  const expected = new Map<string, number>();
  for (const [key, text] of rowsByKey(image.rows(), nowMs)) expected.set(key, hashOf(text));
  const different = new Map<string, string>();
  for await (const row of rows) {
    for (const [key, text] of rowsByKey([row], nowMs)) {
      const wanted = expected.get(key);
      if (wanted === hashOf(text)) expected.set(key, MET);
      else if (wanted !== MET) different.set(key, text);
    }
  }
  const differences: Difference[] = [];
  for (const [key, wanted] of expected) {
    if (wanted === MET || different.has(key)) continue;
    differences.push({ subject: key, detail: "is in the log, but not in the ledger" });
  }
  return different.size === 0 ? differences : [...differences, ...describe(different, rowsByKey(image.rows(), nowMs))];
}

function describe(different: ReadonlyMap<string, string>, logged: Iterable<readonly [string, string]>): Difference[] {
  const wanted = new Map<string, string>();
  for (const [key, text] of logged) if (different.has(key)) wanted.set(key, text);
  return Array.from(different, ([subject, text]) => {
    const ofLog = wanted.get(subject);
    const detail = ofLog === undefined ? "is in the ledger, but not in the log" : `is ${text}, the log says ${ofLog}`;
    return { subject, detail };
  });
}

const HASH_BYTES = 6;
const hashOf = (text: string): number => hash("sha1", text, "buffer").readUIntLE(0, HASH_BYTES);

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
