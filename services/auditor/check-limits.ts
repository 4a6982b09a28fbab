import type { Decision } from "../core/domain/decision/log-record.ts";
import type { LedgerImage } from "../core/domain/ledger/ledger-image.ts";
import type { RepGrant } from "../core/domain/ledger/reservation.ts";
import type { FindingSink } from "./finding.ts";

/**
 * Whether a rep who just got a lead is within the limits of the plan that the decision names (I3). Lowering a limit
 * below what is held blocks new leads and is no violation, so only the moment of an assignment is judged.
 *
 * @param image the ledger with the whole instant applied, so that a slot freed in the same millisecond counts as free
 */
export function checkLimits(
  decision: Decision,
  grant: RepGrant,
  { image, sink }: { readonly image: LedgerImage; readonly sink: FindingSink },
): void {
  const { tenantId, leadId, via } = decision;
  const { held, loadMilli } = image.fill(grant.repId);
  const exceeded = (what: string, value: number, limit: number): void =>
    sink.add({
      invariant: "I3_no_limit_exceeded",
      tenantId,
      subject: grant.repId,
      detail: `${what} ${value} > ${limit} after lead ${leadId}`,
    });
  if (held > grant.privatePool) exceeded("private pool", held, grant.privatePool);
  if (loadMilli > grant.loadMilli) exceeded("load", loadMilli, grant.loadMilli);
  if (via === "transferred") return;
  for (const window of grant.windows) {
    if (window.channel !== null && window.channel !== decision.facts.source.channel) continue;
    const count = image.windowCount(grant.repId, window, decision.atMs);
    if (count > window.limit) exceeded(`${window.scope} window`, count, window.limit);
  }
}
