import { isFactField, type Predicate } from "../matching/predicate.ts";
import { createOrgTree, type OrgTree } from "../organisation/org-tree.ts";
import { Fault } from "../fault.ts";
import { isTimeZone } from "../rep/local-time.ts";
import { validateGeometry } from "../territory/validate-geometry.ts";
import type { RoutingPlan } from "./routing-plan.ts";

/** Something a person should know of a draft before it is published. */
export interface PlanFinding {
  /** JSON pointer into the draft. */
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
  readonly severity: "error" | "warning";
}

export type PlanDraft = Omit<RoutingPlan, "version">;

export interface PlanReport {
  readonly findings: readonly PlanFinding[];
  /** The plan to publish, with corrected geometries; null if there is an error. */
  readonly plan: PlanDraft | null;
}

type Report = (pointer: string, code: string, message: string) => void;

/** Checks a draft whose shape is right: references, ids, zones, conditions, and every geometry. */
export function checkPlan(draft: PlanDraft): PlanReport {
  const findings: PlanFinding[] = [];
  const report: Report = (pointer, code, message) => findings.push({ pointer, code, message, severity: "error" });
  const tree = checkTree(draft, report);
  if (tree !== null) checkReferences(draft, tree, report);
  checkUnique(draft, report);
  checkReps(draft, report);
  checkPolicies(draft, report);
  const territories = checkGeometries(draft, findings);
  const isRefused = findings.some(({ severity }) => severity === "error");
  return { findings, plan: isRefused ? null : { ...draft, territories } };
}

function checkTree({ orgNodes }: PlanDraft, report: Report): OrgTree | null {
  try {
    return createOrgTree(orgNodes);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    report(error.at ?? "/orgNodes", "org-tree", error.message);
    return null;
  }
}

function checkReferences(draft: PlanDraft, tree: OrgTree, report: Report): void {
  const known = (nodeId: string, pointer: string): void => {
    if (!tree.has(nodeId)) report(pointer, "unknown-node", "There is no such org node.");
  };
  draft.territories.forEach(({ nodeId }, i) => known(nodeId, `/territories/${i}/nodeId`));
  draft.accounts.forEach(({ nodeId }, i) => known(nodeId, `/accounts/${i}/nodeId`));
  draft.predicates.forEach(({ nodeId }, i) => known(nodeId, `/predicates/${i}/nodeId`));
  draft.pools.forEach(({ nodeId }, i) => known(nodeId, `/pools/${i}/nodeId`));
  draft.policies.forEach(({ nodeId }, i) => known(nodeId, `/policies/${i}/nodeId`));
  if (draft.defaultNodeId !== null) known(draft.defaultNodeId, "/defaultNodeId");
  draft.reps.forEach(({ nodeIds }, i) =>
    nodeIds.forEach((nodeId, j) => {
      const pointer = `/reps/${i}/nodeIds/${j}`;
      known(nodeId, pointer);
      if (tree.has(nodeId) && !tree.isLeaf(nodeId)) report(pointer, "not-a-leaf", "Reps hang on leaves of the tree.");
    }),
  );
}

function checkUnique(draft: PlanDraft, report: Report): void {
  const unique = (ids: readonly string[], list: string): void => {
    const seen = new Set<string>();
    ids.forEach((id, i) => {
      if (seen.has(id)) report(`/${list}/${i}`, "id-used-twice", "Another entry has this id.");
      seen.add(id);
    });
  };
  unique(
    draft.reps.map(({ repId }) => repId),
    "reps",
  );
  unique(
    draft.territories.map(({ territoryId }) => territoryId),
    "territories",
  );
  unique(
    draft.pools.map(({ poolId }) => poolId),
    "pools",
  );
  unique(
    draft.policies.map(({ nodeId }) => nodeId),
    "policies",
  );
}

function checkReps({ reps }: PlanDraft, report: Report): void {
  reps.forEach((rep, i) => {
    if (!isTimeZone(rep.timeZone)) report(`/reps/${i}/timeZone`, "unknown-time-zone", "Not an IANA time zone.");
    if (!(rep.fairnessWeight > 0)) report(`/reps/${i}/fairnessWeight`, "not-positive", "Must be above zero.");
    rep.workingHours.forEach(({ fromMinute, toMinute }, j) => {
      if (fromMinute < toMinute) return;
      report(`/reps/${i}/workingHours/${j}`, "span-empty", "Must end after it begins; split a night at midnight.");
    });
  });
}

function checkPolicies(draft: PlanDraft, report: Report): void {
  const poolIds = new Set(draft.pools.map(({ poolId }) => poolId));
  const repIds = new Set(draft.reps.map(({ repId }) => repId));
  const predicate = (when: Predicate, pointer: string): void =>
    when.forEach(({ field }, i) => {
      if (!isFactField(field)) report(`${pointer}/${i}/field`, "unknown-fact", "Conditions know no such fact.");
    });
  draft.predicates.forEach(({ when }, i) => predicate(when, `/predicates/${i}/when`));
  draft.scoreRules.forEach(({ when }, i) => predicate(when, `/scoreRules/${i}/when`));
  draft.policies.forEach(({ segments }, i) =>
    segments.forEach(({ when, fallback }, j) => {
      const pointer = `/policies/${i}/segments/${j}`;
      predicate(when, `${pointer}/when`);
      if (fallback.kind === "public" && fallback.poolId !== null && !poolIds.has(fallback.poolId)) {
        report(`${pointer}/fallback/poolId`, "unknown-pool", "There is no such pool.");
      }
      if (fallback.kind === "owner" && !repIds.has(fallback.repId)) {
        report(`${pointer}/fallback/repId`, "unknown-rep", "There is no such rep.");
      }
    }),
  );
}

function checkGeometries({ territories }: PlanDraft, findings: PlanFinding[]): PlanDraft["territories"] {
  return territories.map((territory, i) => {
    if (territory.geometry === null) return territory;
    const { geometry, findings: found } = validateGeometry(territory.territoryId, territory.geometry);
    for (const { path, code, message, severity } of found) {
      findings.push({ pointer: `/territories/${i}/geometry${path}`, code, message, severity });
    }
    return { ...territory, geometry };
  });
}
