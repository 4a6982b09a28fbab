import type { RepGrant } from "../../core/domain/ledger/reservation.ts";
import { checkClaim } from "../../core/domain/pool/claim.ts";
import { findLead, planOf } from "../scope.ts";
import {
  actingRepId,
  expectManager,
  refused,
  visibleRep,
  type CommandDeps,
  type CommandOutcome,
  type LeadCommand,
} from "./command.ts";
import { handOver } from "./hand-over.ts";

export interface ClaimCommand extends LeadCommand {
  /** Whose lead it will be; a rep may leave it out. */
  readonly repId: string | undefined;
  /** The round the caller saw; a newer one refuses the claim. */
  readonly cycle: number | undefined;
  /** A manager gives the lead out: freeze, cool-down and daily limit do not count, capacity does. */
  readonly asAdmin: boolean;
}

/** How long the ledger may be behind the log before its word is taken: it hears of releases from the log. */
const CATCH_UP_WAITS_MS = [20, 60, 150, 400];
/** A full pool is mostly just that, but a rep who gave up a lead a moment ago has a slot that is on its way. */
const FULL_POOL_WAITS = 2;

export function createClaimLead(deps: CommandDeps) {
  return async function claimLead(command: ClaimCommand): Promise<CommandOutcome> {
    expectManager(command.principal, command.asAdmin);
    for (const [attempt, waitMs] of CATCH_UP_WAITS_MS.entries()) {
      const outcome = await claimOnce(deps, command);
      if (!mayBeBehind(outcome, attempt) || !(await isStillPublic(deps, command))) return outcome;
      await deps.wait(waitMs);
    }
    return claimOnce(deps, command);
  };
}

/** Whether a ledger that is a little behind the log could have said so. */
function mayBeBehind(outcome: CommandOutcome, attempt: number): boolean {
  if (outcome.kind !== "refused") return false;
  if (outcome.reason === "private_pool_full") return attempt < FULL_POOL_WAITS;
  return outcome.reason === "already_owned" || outcome.reason === "stale_version";
}

async function claimOnce(deps: CommandDeps, command: ClaimCommand): Promise<CommandOutcome> {
  const { principal, leadId, asAdmin } = command;
  const plan = planOf(deps.plans, principal);
  const state = await findLead(deps.reads, { principal, plan }, leadId);
  const repId = actingRepId(principal, command.repId);
  const { rep, claimGrant } = visibleRep(plan, principal, { repId, at: "/repId" });
  const atMs = deps.clock();
  const refusal = checkClaim({
    state,
    expectedCycle: command.cycle ?? null,
    rep,
    pool: state.poolId === null ? undefined : plan.pool(state.poolId),
    tree: plan.tree,
    atMs,
    isAdmin: asAdmin,
  });
  if (refusal !== null) return refused(refusal);
  const grant = asAdmin ? withoutClaimWindows(claimGrant) : claimGrant;
  const { principalId: operator } = principal;
  return handOver(deps, { state, plan, rep, grant, via: "claimed", operator, atMs, release: null });
}

/** True if the log says that the claimed round is still to be had, whatever the ledger said. */
async function isStillPublic({ reads }: CommandDeps, { principal, leadId, cycle }: ClaimCommand): Promise<boolean> {
  const state = await reads.lead({ tenantId: principal.tenantId, nodeIds: null }, leadId);
  return state?.status === "public" && (cycle === undefined || cycle === state.cycle);
}

function withoutClaimWindows(grant: RepGrant): RepGrant {
  return { ...grant, windows: grant.windows.filter(({ scope }) => scope !== "claim") };
}
