import type { LogFold } from "../core/domain/decision/log-fold.ts";
import { PARKED_RETRY } from "../core/domain/matching/match-lead.ts";
import type { LeadRequest } from "../core/domain/lead/lead.ts";
import { ROUTER_GROUP, type DeadLetter, type Entry, type Log, type Topic } from "../core/ports/log.ts";
import type { FindingSink } from "./finding.ts";

/**
 * Looks for inputs that a router committed without an outcome in the log (I1, I4). What was given up is in the dead-letter
 * topic instead, and waits there for a replay; a retry that changed nothing left no record on purpose.
 *
 * @returns how many inputs wait behind the committed offsets
 */
export async function findLostLeads(
  { leads, deadLetters }: Pick<Log, "leads" | "deadLetters">,
  fold: LogFold,
  sink: FindingSink,
): Promise<number> {
  let pending = 0;
  // Its tenant may have come since, so a dead letter can't be told by that.
  const givenUp = await idsOf(deadLetters);
  for (let partition = 0; partition < leads.partitionCount; partition++) {
    const committed = await leads.committedOffset(ROUTER_GROUP, partition);
    const end = await leads.endOffset(partition);
    for await (const entries of leads.readRange(partition, 0, end)) {
      for (const entry of entries) {
        if (entry.offset >= committed) pending++;
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
  if (entry.kind === "poison" || entry.value.rerouteReason === PARKED_RETRY) return false;
  const { facts, cycle } = entry.value;
  const tenant = fold.tenants.get(facts.tenantId);
  return tenant !== undefined && (tenant.leads.get(facts.leadId)?.cycle ?? 0) < cycle;
}

function lost({ offset, value: { facts, cycle } }: Entry<LeadRequest> & { kind: "value" }, partition: number) {
  const detail = `input ${partition}:${offset} is committed, but cycle ${cycle} has no decision`;
  return { invariant: "I1_no_lead_lost", tenantId: facts.tenantId, subject: facts.leadId, detail } as const;
}
