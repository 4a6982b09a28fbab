import { describe, expect, it } from "vitest";
import type { Rep } from "../../services/core/domain/rep/rep.ts";
import type { ActionOutcome, OwnedLead, RepActions } from "../../services/fairlead/demo/rep-actions.ts";
import { createSimulatedReps } from "../../services/fairlead/demo/simulated-reps.ts";
import type { SimulatedRepsOptions } from "../../services/fairlead/demo/simulated-reps.ts";

const POOL_LIMIT = 30;
const SECOND_MS = 1000;

function rep(number: number, changes: Partial<Rep> = {}): Rep {
  return {
    repId: `rep_${number}`,
    name: `Rep ${number}`,
    nodeIds: ["team"],
    active: true,
    skills: {},
    languages: ["en"],
    timeZone: "America/New_York",
    workingHours: [],
    absences: [],
    seniority: 3,
    fairnessWeight: 1,
    limits: { privatePool: POOL_LIMIT, loadMilli: null, intake: [], claimsPerDay: null },
    ...changes,
  };
}

/** A small service in memory: it owns, refuses, and notes what was asked of it. */
class FakeService implements RepActions {
  readonly owned = new Map<string, Map<string, OwnedLead>>();
  readonly pool: { leadId: string }[] = [];
  readonly journal: string[] = [];
  nowMs = 0;
  converted = 0;

  assign(repId: string, leadId: string): boolean {
    const leads = this.owned.get(repId) ?? new Map<string, OwnedLead>();
    if (leads.size >= POOL_LIMIT) return false;
    this.owned.set(repId, leads.set(leadId, { leadId, assignedAtMs: this.nowMs, lastFollowUpAtMs: null }));
    return true;
  }

  ownedCount(): number {
    return [...this.owned.values()].reduce((sum, leads) => sum + leads.size, 0);
  }

  listPrivatePool = async (repId: string): Promise<OwnedLead[]> => [...(this.owned.get(repId)?.values() ?? [])];
  listPool = async (): Promise<{ leadId: string }[]> => this.pool.slice(0, 20);

  followUp = async (leadId: string, repId: string, kind: string): Promise<ActionOutcome> => {
    this.journal.push(`${repId} ${kind} ${leadId}`);
    const lead = this.owned.get(repId)?.get(leadId);
    if (lead === undefined) return { kind: "refused", reason: "not_owner" };
    this.owned.get(repId)!.set(leadId, { ...lead, lastFollowUpAtMs: this.nowMs });
    return { kind: "done" };
  };

  release = async (leadId: string, repId: string, reason: string): Promise<ActionOutcome> => {
    const outcome = this.drop(leadId, repId, `release ${reason}`);
    if (outcome.kind === "done") this.pool.push({ leadId });
    return outcome;
  };

  claim = async (leadId: string, repId: string): Promise<ActionOutcome> => {
    this.journal.push(`${repId} claim ${leadId}`);
    const at = this.pool.findIndex((lead) => lead.leadId === leadId);
    if (at === -1) return { kind: "refused", reason: "already_owned" };
    if (!this.assign(repId, leadId)) return { kind: "refused", reason: "private_pool_full" };
    this.pool.splice(at, 1);
    return { kind: "done" };
  };

  convert = async (leadId: string, repId: string): Promise<ActionOutcome> => {
    this.converted++;
    return this.drop(leadId, repId, "convert");
  };

  close = async (leadId: string, repId: string, reason: string): Promise<ActionOutcome> =>
    this.drop(leadId, repId, `close ${reason}`);

  private drop(leadId: string, repId: string, what: string): ActionOutcome {
    this.journal.push(`${repId} ${what} ${leadId}`);
    const was = this.owned.get(repId)?.delete(leadId) ?? false;
    return was ? { kind: "done" } : { kind: "refused", reason: "not_owner" };
  }
}

const REPS = Array.from({ length: 40 }, (_, i) => rep(i));
const OPTIONS: Omit<SimulatedRepsOptions, "api"> = { seed: 3, reps: REPS, poolsOf: () => ["pool"], visitsPerTick: 4 };

/** Two leads a second to forty reps of thirty places, for two hours: far more than fits without an end to leads. */
async function play(seconds: number): Promise<{ service: FakeService; refusedAssignments: number; most: number }> {
  const service = new FakeService();
  const reps = createSimulatedReps({ ...OPTIONS, api: service });
  let refusedAssignments = 0;
  let most = 0;
  for (let second = 0; second < seconds; second++) {
    service.nowMs = second * SECOND_MS;
    for (const half of [0, 1]) {
      const number = 2 * second + half;
      if (!service.assign(`rep_${number % REPS.length}`, `lead_${number}`)) refusedAssignments++;
    }
    await reps.tick(service.nowMs);
    most = Math.max(most, service.ownedCount());
  }
  return { service, refusedAssignments, most };
}

describe("simulated reps", () => {
  it("keep capacity free at the rate of arrivals, with every kind of life after the decision", async () => {
    const { service, refusedAssignments, most } = await play(7200);
    expect(refusedAssignments / 14_400).toBeLessThan(0.01);
    expect(most).toBeLessThan(REPS.length * POOL_LIMIT);
    expect(service.ownedCount()).toBeGreaterThan(100);
    expect(service.converted / 14_400).toBeGreaterThan(0.1);
    const counts = ["call", "visit", "message", "release", "close", "convert", "claim"].map(
      (verb) => service.journal.filter((line) => line.includes(` ${verb} `)).length,
    );
    expect(Math.min(...counts)).toBeGreaterThan(100);
    expect(service.pool.length).toBeLessThan(200);
  });

  it("do the same again for the same seed", async () => {
    const [one, two] = [await play(300), await play(300)];
    expect(one.service.journal).toEqual(two.service.journal);
  });

  it("rest off shift, when absent, and after they left", async () => {
    const service = new FakeService();
    const away = [
      rep(1, { active: false }),
      rep(2, { absences: [{ fromMs: 0, toMs: 1e15 }] }),
      rep(3, { workingHours: [{ weekday: 1, fromMinute: 0, toMinute: 1 }] }),
    ];
    for (const { repId } of away) service.assign(repId, `lead of ${repId}`);
    const simulated = createSimulatedReps({ ...OPTIONS, api: service, reps: away });
    const report = await simulated.tick(Date.UTC(2026, 10, 24, 16));
    expect(report.visits).toBe(0);
    expect(service.journal).toEqual([]);
  });

  it("stay within the bound of actions a tick, and count refusals apart", async () => {
    const service = new FakeService();
    for (const { repId } of REPS) for (let i = 0; i < POOL_LIMIT; i++) service.assign(repId, `${repId} lead ${i}`);
    service.close = async () => ({ kind: "refused", reason: "stale_version" });
    const simulated = createSimulatedReps({ ...OPTIONS, api: service, visitsPerTick: 10, actionsPerTick: 20 });
    const { done, refused, visits } = await simulated.tick(3_600_000);
    const total = [...Object.values(done), ...Object.values(refused)].reduce((sum, n) => sum + n, 0);
    expect(visits).toBe(10);
    expect(total).toBe(20);
    expect(refused.close).toBeGreaterThan(0);
    expect(done.close).toBe(0);
  });

  it("go on when a visit meets a fault, and report it", async () => {
    const service = new FakeService();
    for (const { repId } of REPS) service.assign(repId, `lead of ${repId}`);
    const { listPrivatePool } = service;
    service.listPrivatePool = async (repId) => {
      if (repId === "rep_5") throw new Error("away");
      return listPrivatePool(repId);
    };
    const simulated = createSimulatedReps({ ...OPTIONS, api: service, visitsPerTick: 40 });
    const report = await simulated.tick(3_600_000);
    expect(report.faults).toHaveLength(1);
    expect(service.journal.length).toBeGreaterThan(20);
  });
});
