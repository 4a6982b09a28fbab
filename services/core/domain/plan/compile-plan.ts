import { callRoster, candidateList, profileOf, withoutReps, type Roster } from "../matching/candidate-lists.ts";
import { holds } from "../matching/predicate.ts";
import type { CandidateList, RepGrant, WindowLimit } from "../ledger/reservation.ts";
import { createOrgTree, type OrgTree } from "../organisation/org-tree.ts";
import type { Rep } from "../rep/rep.ts";
import { createTerritoryLookup } from "../territory/resolve-territory.ts";
import type { CandidateQuery, CompiledPlan, CompiledRep } from "./compiled-plan.ts";
import { createPlaceLead } from "./place-lead.ts";
import type { RoutingPlan } from "./routing-plan.ts";

const DAY_MS = 86_400_000;

/**
 * Makes a plan ready for the hot path: territory cover, org subtrees, grants, and rosters that are called anew only when
 * somebody's shift or absence begins or ends.
 *
 * @throws Fault PLAN_INVALID with the place of the fault.
 */
export function compilePlan(plan: RoutingPlan): CompiledPlan {
  const tree = createOrgTree(plan.orgNodes);
  const reps = new Map(plan.reps.map((rep) => [rep.repId, compileRep(rep)]));
  const pools = new Map(plan.pools.map((pool) => [pool.poolId, pool]));
  const poolOfNode = new Map(plan.pools.filter(({ enabled }) => enabled).map((pool) => [pool.nodeId, pool]));
  const policyOfNode = new Map(plan.policies.map((policy) => [policy.nodeId, policy]));
  const place = createPlaceLead(plan, createTerritoryLookup(plan.territories));
  const rosterOf = createRosters(tree, reps);

  return {
    plan,
    version: plan.version,
    tree,
    place,
    rep: (repId) => reps.get(repId),
    pool: (poolId) => pools.get(poolId),
    poolOfNode: (nodeId) => firstOf(tree.ancestry(nodeId), poolOfNode),
    segment: (nodeId, facts) =>
      firstOf(tree.ancestry(nodeId), policyOfNode)?.segments.find(({ when }) => holds(when, facts)),
    candidateLists: (query) => listsFor(query, tree, reps, rosterOf),
  };
}

function firstOf<T>(nodeIds: readonly string[], byNode: ReadonlyMap<string, T>): T | undefined {
  for (const nodeId of nodeIds) {
    const found = byNode.get(nodeId);
    if (found !== undefined) return found;
  }
  return undefined;
}

function compileRep(rep: Rep): CompiledRep {
  const { limits } = rep;
  const grant = (windows: readonly WindowLimit[], loadMilli: number | null): RepGrant => ({
    repId: rep.repId,
    privatePool: limits.privatePool,
    loadMilli: loadMilli ?? Number.POSITIVE_INFINITY,
    fairnessWeight: rep.fairnessWeight,
    windows,
  });
  const intake = limits.intake.map(({ lengthMs, limit, channel }) => ({
    scope: "intake" as const,
    lengthMs,
    limit,
    channel,
  }));
  const claims =
    limits.claimsPerDay === null
      ? []
      : [{ scope: "claim" as const, lengthMs: DAY_MS, limit: limits.claimsPerDay, channel: null }];
  // Load is work in progress that the router shares out; a rep who claims more has judged that himself.
  return { rep, routeGrant: grant(intake, limits.loadMilli), claimGrant: grant(claims, null) };
}

type Rosters = (groupId: string, atMs: number) => Roster;

/** Rosters per node over the leaves of its subtree, kept until the next change of anybody's presence. */
function createRosters(tree: OrgTree, reps: ReadonlyMap<string, CompiledRep>): Rosters {
  const sorted = [...reps.values()].sort((a, b) => (a.rep.repId < b.rep.repId ? -1 : 1));
  const members = new Map<string, CompiledRep[]>();
  for (const compiled of sorted) {
    const groups = new Set(compiled.rep.nodeIds.flatMap((nodeId) => tree.ancestry(nodeId)));
    for (const groupId of groups) {
      const group = members.get(groupId);
      if (group === undefined) members.set(groupId, [compiled]);
      else group.push(compiled);
    }
  }
  const rosters = new Map<string, Roster>();
  return (groupId, atMs) => {
    const known = rosters.get(groupId);
    if (known !== undefined && atMs >= known.fromMs && atMs < known.untilMs) return known;
    const roster = callRoster(groupId, members.get(groupId) ?? [], atMs);
    rosters.set(groupId, roster);
    return roster;
  };
}

function listsFor(
  { nodeId, segment, facts, atMs, excludedRepIds }: CandidateQuery,
  tree: OrgTree,
  reps: ReadonlyMap<string, CompiledRep>,
  rosterOf: Rosters,
): readonly CandidateList[] {
  const parentId = tree.node(nodeId)?.parentId ?? nodeId;
  const waitedMs = atMs - facts.capturedAtMs;
  const steps = segment.steps.filter(({ afterWaitMs }) => afterWaitMs <= waitedMs);
  const team = rosterOf(nodeId, atMs);
  const parent = steps.some(({ scope }) => scope === "parent") ? rosterOf(parentId, atMs) : team;
  // A wider roster may change while the team's does not, so its age is part of the profile.
  const profile = `${segment.name}\u001f${steps.length}\u001f${parent.fromMs}\u001f${profileOf(facts)}`;
  let lists = team.lists.get(profile);
  if (lists === undefined) {
    lists = steps.map((step) => candidateList(step.scope === "parent" ? parent : team, step, facts));
    const owner = segment.fallback.kind === "owner" ? reps.get(segment.fallback.repId) : undefined;
    if (owner?.rep.active === true) lists = [...lists, defaultOwner(nodeId, owner)];
    team.lists.set(profile, lists);
  }
  return excludedRepIds.length === 0 ? lists : lists.map((list) => withoutReps(list, excludedRepIds));
}

/** The watched fallback (ROP, supervisor): takes the lead on or off shift, within the private-pool limit. */
function defaultOwner(nodeId: string, { claimGrant }: CompiledRep): CandidateList {
  return {
    nodeId,
    candidates: [{ grant: { ...claimGrant, windows: [] }, fit: 0 }],
    present: [],
    strategy: "best_fit",
    fairnessBound: 0,
    filtered: [],
  };
}
