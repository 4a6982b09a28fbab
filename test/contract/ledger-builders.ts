import type {
  CandidateList,
  LedgerChange,
  RepGrant,
  ReserveItem,
  ReserveRequest,
  ReserveResult,
  WindowLimit,
} from "../../services/core/domain/ledger/reservation.ts";
import type { LedgerRow } from "../../services/core/domain/ledger/ledger-row.ts";
import type { Ledger } from "../../services/core/ports/ledger.ts";

export const TENANT = "acme";
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
/** A fixed Monday; no test looks at a clock. */
export const NOW_MS = Date.UTC(2026, 10, 23, 9);

const repIds: string[] = [];
/** By the first mention, as if a plan listed the reps so. */
export const repIndexOf = (repId: string): number =>
  repIds.includes(repId) ? repIds.indexOf(repId) : repIds.push(repId) - 1;

export const grant = (repId: string, changes: Partial<RepGrant> = {}): RepGrant => ({
  repId,
  repIndex: repIndexOf(repId),
  privatePool: 10_000,
  loadMilli: Infinity,
  fairnessWeight: 1,
  windows: [],
  ...changes,
});

export const intakePerHour = (limit: number, channel: string | null = null): WindowLimit => ({
  scope: "intake",
  channel,
  lengthMs: HOUR_MS,
  limit,
});

export const claimsPerDay = (limit: number): WindowLimit => ({
  scope: "claim",
  channel: null,
  lengthMs: DAY_MS,
  limit,
});

/** A list of these reps; fits are 5000 unless given. Everybody is on shift, and fair_fit without slack. */
export function listOf(
  grants: readonly RepGrant[],
  changes: Partial<CandidateList> & { readonly fits?: readonly number[] } = {},
): CandidateList {
  const { fits, ...rest } = changes;
  return {
    nodeId: "team",
    candidates: grants.map((one, index) => ({ grant: one, fit: fits?.[index] ?? 5000 })),
    present: grants,
    strategy: "fair_fit",
    fairnessBound: 0,
    filtered: [],
    ...rest,
  };
}

export const item = (leadId: string, changes: Partial<ReserveItem> = {}): ReserveItem => ({
  leadId,
  cycle: 1,
  identityKeys: [],
  loadMilli: 1000,
  channel: "web_form",
  via: "routed",
  planVersion: 1,
  lists: [],
  otherwise: { kind: "parked", reason: "no_capacity" },
  transferFromRepId: null,
  ...changes,
});

export const request = (items: readonly ReserveItem[], changes: Partial<ReserveRequest> = {}): ReserveRequest => ({
  tenantId: TENANT,
  epoch: 1,
  atMs: NOW_MS,
  items,
  ...changes,
});

/** Reserves and expects not to be fenced. */
export async function reserve(
  ledger: Ledger,
  items: readonly ReserveItem[],
  changes: Partial<ReserveRequest> = {},
): Promise<readonly ReserveResult[]> {
  const reply = await ledger.reserve(request(items, changes));
  if (reply.kind === "fenced") throw new Error("The ledger is fenced.");
  return reply.results;
}

export async function reserveOne(
  ledger: Ledger,
  one: ReserveItem,
  changes: Partial<ReserveRequest> = {},
): Promise<ReserveResult> {
  const [result] = await reserve(ledger, [one], changes);
  return result!;
}

/** In short: the owner's id, or the kind of another outcome, or the reason of a refusal. */
export function gist(result: ReserveResult): string {
  switch (result.kind) {
    case "superseded":
      return "superseded";
    case "refused":
      return `refused ${result.reason}`;
    case "decided":
      return result.outcome.kind === "assigned" ? result.outcome.repId : result.outcome.kind;
  }
}

export async function dumpOf(ledger: Ledger, tenantId = TENANT): Promise<string[]> {
  return canonical(await rowsOf(ledger, tenantId));
}

export async function rowsOf(ledger: Ledger, tenantId = TENANT): Promise<LedgerRow[]> {
  const rows: LedgerRow[] = [];
  for await (const row of ledger.dump(tenantId)) rows.push(row);
  return rows;
}

/** Rows in an order and a form of their own, whichever ledger they come from. */
export const canonical = (rows: Iterable<LedgerRow>): string[] =>
  Array.from(rows, (row) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))).sort();

export const ended = (
  leadId: string,
  repId: string | null,
  changes: Partial<Extract<LedgerChange, { kind: "ended" }>> = {},
): LedgerChange => ({
  kind: "ended",
  leadId,
  cycle: 1,
  repId,
  loadMilli: repId === null ? 0 : 1000,
  status: "released",
  poolId: "",
  identityKeys: [],
  ...changes,
});

export const confirmed = (
  leadId: string,
  cycle: number,
  changes: Partial<Extract<LedgerChange, { kind: "confirmed" }>> = {},
): LedgerChange => ({ kind: "confirmed", leadId, cycle, epoch: 1, ...changes });
