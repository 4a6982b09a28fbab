import type { LogFold } from "../core/domain/decision/log-fold.ts";
import type { LeadRequest } from "../core/domain/lead/lead.ts";
import type { DeadLetter, Entry, Log, Topic } from "../core/ports/log.ts";
import type { FindingSink } from "./finding.ts";

export interface LostLeadsInput {
  readonly fold: LogFold;
  /** Of the routers, from before the log was read to its end: then every outcome of theirs is in the fold. */
  readonly committed: readonly number[];
}

/**
 * Looks for inputs that a router committed without an outcome in the log (I1, I4). What was given up is in the dead-letter
 * topic instead, and waits there for a replay. A request for a later round leaves no record if the lead has moved on or
 * the ledger had not; a lead that still waits is asked for again.
 *
 * @returns how many inputs wait behind the committed offsets
 */
export async function findLostLeads(
  { leads, deadLetters }: Pick<Log, "leads" | "deadLetters">,
  { fold, committed }: LostLeadsInput,
  sink: Pick<FindingSink, "add">,
): Promise<number> {
  let pending = 0;
  // Its tenant may have come since, so a dead letter can't be told by that.
  const givenUp = await idsOf(deadLetters);
  for (let partition = 0; partition < leads.partitionCount; partition++) {
    const end = await leads.endOffset(partition);
    for await (const entries of leads.readRange(partition, 0, end)) {
      for (const entry of entries) {
        if (entry.offset >= (committed[partition] ?? 0)) pending++;
        else if (isLost(entry, fold) && !givenUp.has(`${leads.name}-${partition}-${entry.offset}`)) {
          sink.add(lost(entry, partition));
        }
      }
    }
  }
  return pending;
}

async function idsOf(deadLetters: Topic<DeadLetter>): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for (let partition = 0; partition < deadLetters.partitionCount; partition++) {
    for await (const entries of deadLetters.readRange(partition, 0, await deadLetters.endOffset(partition))) {
      for (const entry of entries) if (entry.kind === "value") ids.add(entry.value.deadLetterId);
    }
  }
  return ids;
}

function isLost(entry: Entry<LeadRequest>, fold: LogFold): entry is Entry<LeadRequest> & { kind: "value" } {
  if (entry.kind === "poison") return false;
  const { tenantId, leadId } = entry.value.facts;
  return fold.tenants.get(tenantId)?.leads.has(leadId) === false;
}

function lost({ offset, value: { facts } }: Entry<LeadRequest> & { kind: "value" }, partition: number) {
  const detail = `input ${partition}:${offset} is committed, but has no decision`;
  return { invariant: "I1_no_lead_lost", tenantId: facts.tenantId, subject: facts.leadId, detail } as const;
}
