import type { LeadRecord } from "../../core/domain/decision/log-record.ts";
import { awaitRecord } from "./await-record.ts";
import { refused, type CommandDeps, type CommandOutcome } from "./command.ts";

/**
 * Log first: writes what ends or touches an ownership to the log and nowhere else. The ledger hears of it from the log,
 * so that no slot is ever given away before its release is durable.
 */
export async function appendRecord(deps: CommandDeps, record: LeadRecord): Promise<CommandOutcome> {
  const { tenantId, leadId } = record;
  const partition = deps.partitionOf(tenantId, leadId);
  const offset = await deps.decisions.append(partition, [record]);
  const event = await awaitRecord(deps, { partition, offset });
  if (event === null) return refused("stale_version");
  // The caller acted on this lead, so he may see what became of it, even where it left his scope.
  const state = await deps.reads.lead({ tenantId, nodeIds: null }, leadId);
  return state === null ? refused("stale_version") : { kind: "done", state };
}
