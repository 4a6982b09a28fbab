import type { LeadState } from "../../core/domain/decision/lead-state.ts";
import type { LogRecord } from "../../core/domain/decision/log-record.ts";
import { Fault } from "../../core/domain/fault.ts";
import type { Clock } from "../../core/domain/lead/clock.ts";
import type { ReserveRefusal } from "../../core/domain/ledger/reservation.ts";
import type { CompiledPlan, CompiledRep } from "../../core/domain/plan/compiled-plan.ts";
import type { ClaimRefusal } from "../../core/domain/pool/claim.ts";
import { isManager, type Principal } from "../../core/http/principal.ts";
import type { ActivePlans } from "../../core/ports/active-plans.ts";
import type { Topic } from "../../core/ports/log.ts";
import type { LeadReads, Projection } from "../../core/ports/store.ts";
import type { CommitOutcome, DecisionRequest } from "../../core/protocol/commit-decisions.ts";
import { seesRep } from "../scope.ts";

export interface CommandDeps {
  readonly reads: Pick<LeadReads, "lead" | "eventAt"> & Pick<Projection, "position">;
  readonly decisions: Pick<Topic<LogRecord>, "append">;
  readonly commitDecisions: (requests: readonly DecisionRequest[]) => Promise<CommitOutcome>;
  /** Asks for a recovery of the ledger and resolves when one has ended, whoever did it. */
  readonly recoverLedger: () => Promise<void>;
  readonly plans: ActivePlans;
  /** Partition of the decision log. */
  readonly partitionOf: (tenantId: string, leadId: string) => number;
  readonly clock: Clock;
  /** Resolves after some milliseconds; of the process, not of the clock. */
  readonly wait: (ms: number) => Promise<void>;
}

export type Refusal =
  | ClaimRefusal
  | ReserveRefusal
  /** The lead has no owner, so there is nothing to release, transfer or follow up. */
  | "not_owned"
  | "not_owner"
  /** The target of a transfer owns the lead already. */
  | "same_owner"
  /** Only converted, closed, nurtured and dead leads are reopened. */
  | "not_closed";

/** What became of a command: done, with the lead as it is now, or refused, with nothing changed. */
export type CommandOutcome =
  | { readonly kind: "done"; readonly state: LeadState }
  | { readonly kind: "refused"; readonly reason: Refusal };

export const refused = (reason: Refusal): CommandOutcome => ({ kind: "refused", reason });

export interface LeadCommand {
  readonly principal: Principal;
  readonly leadId: string;
}

/** Fields every record of the desk starts with. */
export function recordBase({ tenantId, leadId, cycle }: LeadState, { principal }: LeadCommand, atMs: number) {
  return { tenantId, leadId, cycle, atMs, operator: principal.principalId };
}

/** Why the caller may not act on an owned lead: a rep acts on his own only; others act for the reps they see. */
export function checkOwned({ principal }: LeadCommand, { status, repId }: LeadState): Refusal | null {
  if (["converted", "closed", "nurture", "duplicate", "rejected", "dead"].includes(status)) return "lead_closed";
  if (status !== "owned") return "not_owned";
  return principal.role === "rep" && principal.repId !== repId ? "not_owner" : null;
}

/** The rep a command names, if the caller sees him. @throws Fault REQUEST_INVALID */
export function visibleRep(
  plan: CompiledPlan,
  principal: Principal,
  { repId, at }: { readonly repId: string; readonly at: string },
): CompiledRep {
  const rep = plan.rep(repId);
  if (rep === undefined || !seesRep(principal, rep.rep, plan)) {
    throw new Fault("REQUEST_INVALID", "There is no such rep in the caller's scope", { at });
  }
  return rep;
}

/** The rep for whom a claim is made: oneself, or whoever a manager or a CRM names. */
export function actingRepId({ role, repId: ownRepId }: Principal, repId: string | undefined): string {
  if (role === "rep") {
    if (repId !== undefined && repId !== ownRepId) throw new Fault("FORBIDDEN", "A rep acts for himself only");
    if (ownRepId !== null) return ownRepId;
  }
  if (repId === undefined) throw new Fault("REQUEST_INVALID", "Say for which rep", { at: "/repId" });
  return repId;
}

export function expectManager(principal: Principal, asked: boolean): void {
  if (asked && !isManager(principal)) throw new Fault("FORBIDDEN", "Only managers and admins may do this");
}
