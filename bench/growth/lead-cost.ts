import type { Redis } from "ioredis";
import { matchLead } from "../../services/core/domain/matching/match-lead.ts";
import { compilePlan } from "../../services/core/domain/plan/compile-plan.ts";
import type { RoutingPlan } from "../../services/core/domain/plan/routing-plan.ts";
import type { LeadRequest } from "../../services/core/domain/lead/lead.ts";
import type { Ledger } from "../../services/core/ports/ledger.ts";
import { threadMicros } from "../micro/thread-micros.ts";
import { TENANT } from "./grown-plan.ts";

const BATCH = 500;
/** One pass is too short for the clock of CPU time. */
const MATCH_PASSES = 4;

/** µs of CPU a lead. */
export interface LeadCost {
  readonly match: number;
  /** Of this process: packing, sending, explanations. */
  readonly reserve: number;
  readonly redis: number;
}

export type MatchAndReserve = (requests: readonly LeadRequest[], ledger: Ledger, redis: Redis) => Promise<LeadCost>;

/** The part of the router's way that could depend on the size of a plan or a ledger: match, reserve. */
export function createLeadCost(plan: RoutingPlan): { readonly compileMs: number; readonly measure: MatchAndReserve } {
  const startMs = performance.now();
  const compiled = compilePlan(plan);
  const compileMs = Math.round(performance.now() - startMs);
  const atMs = Date.now();
  return {
    compileMs,
    async measure(requests, ledger, redis) {
      const matchStart = threadMicros();
      for (let pass = 1; pass < MATCH_PASSES; pass += 1)
        for (const request of requests) matchLead(compiled, request, atMs);
      const items = requests.map((request) => matchLead(compiled, request, atMs).item);
      const reserveStart = threadMicros();
      const redisBefore = await redisMicros(redis);
      for (let from = 0; from < items.length; from += BATCH) {
        const batch = items.slice(from, from + BATCH);
        const reply = await ledger.reserve({ tenantId: TENANT, epoch: 1, atMs, items: batch });
        if (reply.kind !== "reserved" || reply.results.some(({ kind }) => kind !== "decided")) {
          throw new Error(`A batch was ${reply.kind}`);
        }
      }
      const reserveEnd = threadMicros();
      return {
        match: (reserveStart - matchStart) / MATCH_PASSES / items.length,
        reserve: (reserveEnd - reserveStart) / items.length,
        redis: ((await redisMicros(redis)) - redisBefore) / items.length,
      };
    },
  };
}

async function redisMicros(redis: Redis): Promise<number> {
  const info = await redis.info("cpu");
  const read = (name: string): number => Number(new RegExp(`${name}:([0-9.]+)`, "u").exec(info)?.[1]);
  return (read("used_cpu_user") + read("used_cpu_sys")) * 1e6;
}
