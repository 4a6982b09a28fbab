import { createAesContactVault } from "../../services/core/adapters/vault/aes-contact-vault.ts";
import type { LeadRequest } from "../../services/core/domain/lead/lead.ts";
import { createPrepareLead } from "../../services/core/domain/lead/prepare-lead.ts";
import type { RoutingPlan } from "../../services/core/domain/plan/routing-plan.ts";
import type { Rep } from "../../services/core/domain/rep/rep.ts";
import { capturedLeadFromJson } from "../../services/core/wire/captured-lead-json.ts";
import { buildDemoPlan, DEMO_TENANT_ID } from "../../services/fairlead/demo/build-plan.ts";
import { loadGeography } from "../../services/fairlead/demo/geography.ts";
import { loadAreaCodes } from "../../services/fairlead/demo/lead-contact.ts";
import { createDemoLeads } from "../../services/fairlead/demo/lead-stream.ts";
import { createCodecs } from "../../services/fairlead/processes/backing.ts";

export const TENANT = DEMO_TENANT_ID;
/** Of the bench's identities and contacts; no secret. */
export const BENCH_KEY = Buffer.alloc(32, 1);

const SEED = 7;
/** Room for all leads of a round, so that its end costs what its beginning costs. */
const ROOM_FACTOR = 20;

export interface LeadPool {
  readonly plan: Omit<RoutingPlan, "version">;
  /** As the door writes them to the topic: the same leads in every round, each round in topics of its own. */
  readonly leads: readonly LeadRequest[];
}

/** Leads of a pool as bytes. Each `slice` makes them anew. */
export interface StoredLeads {
  readonly length: number;
  slice(from: number, to: number): readonly LeadRequest[];
}

export interface StoredPool {
  readonly plan: LeadPool["plan"];
  readonly leads: StoredLeads;
}

/**
 * A hundred thousand leads as objects are looked through by each collection of the process that holds them: its threads took
 * both processors from what it measured, for up to 100 ms at a time.
 */
export function storePool({ plan, leads }: LeadPool): StoredPool {
  const vault = createAesContactVault({ identityKey: BENCH_KEY, contactKey: BENCH_KEY });
  const codec = createCodecs(vault, Date.now).leads;
  const stored = leads.map((lead) => codec.encode(lead));
  return { plan, leads: { length: stored.length, slice: (from, to) => stored.slice(from, to).map(decoded) } };

  function decoded(bytes: Uint8Array): LeadRequest {
    const lead = codec.decode(bytes);
    if (!lead.ok) throw new Error(`A stored lead can't be read: ${lead.code} ${lead.at}`);
    return lead.value;
  }
}

/** Demo plan and demo leads, made once. */
export async function createLeadPool(count: number, planKind: "on-shift" | "as-is"): Promise<LeadPool> {
  const geography = await loadGeography();
  const demoPlan = buildDemoPlan({ seed: SEED, nowMs: Date.now(), geography });
  const plan = planKind === "as-is" ? demoPlan : { ...demoPlan, reps: demoPlan.reps.map(onShift) };
  const vault = createAesContactVault({ identityKey: BENCH_KEY, contactKey: BENCH_KEY });
  const prepareLead = createPrepareLead({ vault, clock: Date.now });
  const stream = createDemoLeads({
    seed: SEED,
    plan,
    startIndex: 0,
    places: geography.places,
    areaCodes: await loadAreaCodes(),
    clock: Date.now,
  });
  const leads = Array.from({ length: count }, () => {
    const captured = capturedLeadFromJson(stream.next().value);
    if (!captured.ok) throw new Error(JSON.stringify(captured.problems));
    return prepareLead(captured.value, { tenantId: TENANT, leadId: () => "" });
  });
  return { plan, leads };
}

/** The demo's shifts would make the result depend on the hour of the day. */
function onShift(rep: Rep): Rep {
  const { privatePool, loadMilli, ...limits } = rep.limits;
  return {
    ...rep,
    workingHours: [],
    absences: [],
    limits: {
      ...limits,
      privatePool: privatePool * ROOM_FACTOR,
      loadMilli: loadMilli === null ? null : loadMilli * ROOM_FACTOR,
    },
  };
}
