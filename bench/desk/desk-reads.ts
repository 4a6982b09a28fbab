import type { LeadPool } from "../pipeline/lead-pool.ts";
import type { BenchKeys } from "./bench-keys.ts";
import type { Read } from "./open-loop.ts";

export interface ReadsOf {
  readonly pool: LeadPool;
  readonly keys: BenchKeys;
}

/** What people and CRMs ask for: mostly their own list, and single leads. */
export function createReads({ pool: { plan, leads }, keys: { admin, tokens } }: ReadsOf): () => Read {
  const any = <T>(items: readonly T[]): T => items[Math.floor(Math.random() * items.length)]!;
  const teams = [...new Set(plan.reps.flatMap(({ nodeIds }) => nodeIds))];
  const ofLead = (name: string, tail: string) => (): Read => ({
    name,
    path: `/v1/leads/${any(leads).facts.leadId}${tail}`,
    token: admin,
  });
  const ofOwn = (): Read => {
    const rep = Math.floor(Math.random() * plan.reps.length);
    const path = `/v1/reps/${plan.reps[rep]!.repId}/private-pool?limit=20`;
    return { name: "private pool", path, token: tokens[rep]! };
  };
  const ofTeam = (): Read => ({ name: "team load", path: `/v1/org/${any(teams)}/load?limit=20`, token: admin });
  const ofPool = (): Read => ({
    name: "pool",
    path: `/v1/pools/${any(plan.pools).poolId}/leads?limit=20`,
    token: admin,
  });
  const shares: readonly (readonly [number, () => Read])[] = [
    [8, ofOwn],
    [5, ofLead("lead", "")],
    [2, ofLead("history", "/history")],
    [1, ofLead("explanation", "/explanation")],
    [2, ofTeam],
    [2, ofPool],
  ];
  const reads = shares.flatMap(([share, read]) => Array.from({ length: share }, () => read));
  return () => any(reads)();
}
