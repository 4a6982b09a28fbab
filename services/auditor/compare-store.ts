import type { LogFold } from "../core/domain/decision/log-fold.ts";
import type { LeadState } from "../core/domain/decision/lead-state.ts";
import { Fault } from "../core/domain/fault.ts";
import type { LeadScans, Projection } from "../core/ports/store.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { FindingSink } from "./finding.ts";

export interface CompareStoreInput {
  readonly store: Pick<LeadScans, "allStates" | "statusCounts"> & Pick<Projection, "position">;
  readonly fold: LogFold;
  /** Up to where the fold has read each partition. */
  readonly marks: readonly number[];
  readonly wait: (ms: number) => Promise<void>;
}

const POLL_MS = 100;
const PATIENCE_MS = 30_000;

/**
 * Every lead of the store against the fold, byte by byte, and their counts (I8).
 *
 * @throws Fault STORE_UNAVAILABLE if the projection does not reach the marks: lateness is not a difference.
 */
export async function compareStore(
  { store, fold, marks, wait }: CompareStoreInput,
  sink: Pick<FindingSink, "add">,
): Promise<void> {
  await awaitProjection(store, marks, wait);
  for (const [tenantId, { leads }] of fold.tenants) {
    const add = (subject: string, detail: string): void =>
      sink.add({ invariant: "I8_store_is_fold", tenantId, subject, detail });
    let found = 0;
    for await (const states of store.allStates(tenantId)) {
      for (const state of states) {
        const folded = leads.get(state.leadId);
        if (folded === undefined) add(state.leadId, "is in the store, but not in the log");
        else {
          found++;
          const field = differingField(folded, state);
          if (field !== null) add(state.leadId, `differs from the log in ${field}`);
        }
      }
    }
    if (found < leads.size) add("leads", `${leads.size - found} of the log are not in the store`);
    const stored = await store.statusCounts(tenantId);
    // Behind the marks there is more to count.
    if (await isBeyond(store, marks)) continue;
    for (const [status, group] of Map.groupBy(leads.values(), ({ status }) => status)) {
      const counted = stored.get(status) ?? 0;
      if (counted !== group.length) add(`count of ${status}`, `is ${counted}, but ${group.length} in the log`);
    }
  }
}

async function isBeyond(store: Pick<Projection, "position">, marks: readonly number[]): Promise<boolean> {
  for (const [partition, mark] of marks.entries()) if ((await store.position(partition)).next > mark) return true;
  return false;
}

async function awaitProjection(
  store: Pick<Projection, "position">,
  marks: readonly number[],
  wait: (ms: number) => Promise<void>,
): Promise<void> {
  for (const [partition, mark] of marks.entries()) {
    for (let waitedMs = 0; (await store.position(partition)).next < mark; waitedMs += POLL_MS) {
      if (waitedMs >= PATIENCE_MS) {
        throw new Fault("STORE_UNAVAILABLE", `The projection of partition ${partition} does not reach ${mark}`);
      }
      await wait(POLL_MS);
    }
  }
}

/** Names the field, never its value. */
function differingField(a: LeadState, b: LeadState): string | null {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof LeadState>;
  for (const key of keys) if (canonicalJson(a[key]) !== canonicalJson(b[key])) return key;
  return null;
}
