import { callRoster, candidateList, profileOf, withoutReps, type Roster } from "../matching/candidate-lists.ts";
import { holds } from "../matching/predicate.ts";
import type { CandidateList } from "../ledger/reservation.ts";
import { createOrgTree, type OrgTree } from "../organisation/org-tree.ts";
import { createTerritoryLookup } from "../territory/resolve-territory.ts";
import { sameTerritories } from "../territory/same-territories.ts";
import { compileRep } from "./compile-rep.ts";
import type { CandidateQuery, CompiledPlan, CompiledRep } from "./compiled-plan.ts";
import { createPlaceLead } from "./place-lead.ts";
import type { RoutingPlan } from "./routing-plan.ts";

/**
 * Makes a plan ready for the hot path: territory cover, org subtrees, grants, and rosters that are called anew only when
 * somebody's shift or absence begins or ends.
 *
 * @param before the plan that this one follows: most publications change no territory, and their cover is kept
 * @throws Fault PLAN_INVALID with the place of the fault.
 */
export function compilePlan(published: RoutingPlan, before?: CompiledPlan): CompiledPlan {
  const known =
    before !== undefined && sameTerritories(before.plan.territories, published.territories) ? before : undefined;
  const plan = known === undefined ? published : { ...published, territories: known.plan.territories };
  const territories = known?.territories ?? createTerritoryLookup(plan.territories);
  const tree = createOrgTree(plan.orgNodes);
  const reps = new Map(plan.reps.map((rep, repIndex) => [rep.repId, compileRep(rep, repIndex)]));
  const pools = new Map(plan.pools.map((pool) => [pool.poolId, pool]));
  const poolOfNode = new Map(plan.pools.filter(({ enabled }) => enabled).map((pool) => [pool.nodeId, pool]));
  const policyOfNode = new Map(plan.policies.map((policy) => [policy.nodeId, policy]));
  const place = createPlaceLead(plan, territories);
  const rosterOf = createRosters(tree, reps);

  return {
    plan,
    version: plan.version,
    tree,
    territories,
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
  const age = parent === team ? "" : parent.fromMs;
  const profile = `${segment.name}\u001f${steps.length}\u001f${age}\u001f${profileOf(facts)}`;
  let lists = team.lists.get(profile);
  if (lists === undefined) {
    lists = steps.map((step) =>
      step.scope === "parent" ? withoutFloor(candidateList(parent, step, facts)) : candidateList(team, step, facts),
    );
    const owner = segment.fallback.kind === "owner" ? reps.get(segment.fallback.repId) : undefined;
    if (owner?.rep.active === true) lists = [...lists, defaultOwner(owner)];
    team.lists.set(profile, lists);
  }
  return excludedRepIds.length === 0 ? lists : lists.map((list) => withoutReps(list, excludedRepIds));
}

/**
 * Virtual times are only comparable within a team, so a list that crosses teams neither uses a floor nor moves one: it
 * would carry one team's clock into another's, and starve whoever helped out.
 */
const withoutFloor = (list: CandidateList): CandidateList => ({ ...list, nodeId: NO_FLOOR, present: [] });
const NO_FLOOR = "";

/** The watched fallback (ROP, supervisor): takes the lead on or off shift, within the private-pool limit. */
function defaultOwner({ claimGrant }: CompiledRep): CandidateList {
  return {
    nodeId: NO_FLOOR,
    candidates: [{ grant: { ...claimGrant, windows: [] }, fit: 0 }],
    present: [],
    strategy: "best_fit",
    fairnessBound: 0,
    filtered: [],
  };
}
