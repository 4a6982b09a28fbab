import { setTimeout as wait } from "node:timers/promises";
import type { LeadRequest } from "../../services/core/domain/lead/lead.ts";
import type { ConsumableTopic } from "../../services/core/ports/log.ts";
import { createPartitioner } from "../../services/fairlead/processes/backing.ts";
import { FAIRLEAD, startChild, type Child } from "./child.ts";
import { createInstallation, type Installation } from "./installation.ts";
import { type StoredLeads, TENANT } from "./lead-pool.ts";
import { judge, measureWindow, summarize, type DrainRun } from "./measure-drain.ts";
import { serverPids } from "./stack.ts";
import { quantiles, type Quantiles } from "./summary.ts";

const TICK_MS = 5;
/** After a pause: so that no partition gets more than one append may have. */
const MOST_AT_ONCE = 2000;
/** Caches, sockets and the heap find their size in it. */
const SETTLE_SECONDS = 2;

export interface LatencySample {
  readonly shareOfMaximum: number;
  readonly leadsPerSecondAsked: number;
  readonly leadsPerSecondSent: number;
  readonly leads: number;
  /** From the time a lead was due to be sent to the broker's time of its decision. */
  readonly captureToDecisionMs: Quantiles;
  /** From the broker's time of the lead to the broker's time of its decision: without the door. */
  readonly leadToDecisionMs: Quantiles;
  readonly cpuMicros: Readonly<Record<string, number>>;
  readonly foreignCores: number;
}

/** A paced producer writes leads that were captured when they were due, late or not. */
export async function measureLatency(drain: DrainRun, share: number, rate: number): Promise<LatencySample> {
  const { stack, pool, options, run } = drain;
  const warmUp = Math.min(options.warmUpLeads, Math.floor(pool.leads.length / 4));
  const count = Math.min(Math.round(rate * (options.latencySeconds + SETTLE_SECONDS)), pool.leads.length - warmUp);
  const installation = await createInstallation(stack, {
    name: `bench-${run}-latency`,
    database: run,
    partitions: options.partitions,
    plan: pool.plan,
  });
  const children: Child[] = [];
  try {
    await installation.append(pool.leads.slice(0, warmUp));
    for (const service of ["projector", ...Array.from({ length: options.routers }, () => "router")]) {
      children.push(startChild(installation, { script: FAIRLEAD, args: ["start", service] }));
    }
    await Promise.all(children.map((child) => child.listening()));
    const [projector, ...routers] = children.map(({ pid }) => pid);
    const machine = { router: routers, projector: [projector!], ...serverPids(stack) };
    await measureWindow(installation, machine, { from: warmUp, to: warmUp });
    const settled = warmUp + Math.round(rate * SETTLE_SECONDS);
    const measuring = measureWindow(installation, machine, { from: settled, to: warmUp + count });
    const paced = await sendPaced(installation, { leads: pool.leads, from: warmUp, count }, rate);
    const { cpuMicros, foreignCores } = summarize(await measuring);
    const latencies = await readLatencies(installation, paced.startMs + SETTLE_SECONDS * 1000);
    await judge(installation, { variant: `latency at ${share}`, leads: warmUp + count });
    return {
      shareOfMaximum: share,
      leadsPerSecondAsked: Math.round(rate),
      leadsPerSecondSent: Math.round(paced.leadsPerSecond),
      ...latencies,
      cpuMicros,
      foreignCores,
    };
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    await installation.remove();
  }
}

interface PacedLeads {
  readonly leads: StoredLeads;
  readonly from: number;
  readonly count: number;
}

/** As the door appends them, so that the bench takes no more of the machine than that would. */
async function sendPaced({ backing: { log } }: Installation, { leads, from, count }: PacedLeads, rate: number) {
  const partitionOf = createPartitioner(log.leads.partitionCount);
  const startMs = Date.now();
  const inFlight = new Set<Promise<unknown>>();
  for (let sent = 0; sent < count;) {
    const due = Math.min(count, sent + MOST_AT_ONCE, Math.floor(((Date.now() - startMs) * rate) / 1000));
    const fresh = leads.slice(from + sent, from + due).map((lead, index): LeadRequest => {
      const capturedAtMs = startMs + Math.floor(((sent + index) * 1000) / rate);
      return { ...lead, facts: { ...lead.facts, capturedAtMs } };
    });
    sent = due;
    for (const [partition, own] of Map.groupBy(fresh, ({ facts }) => partitionOf(TENANT, facts.leadId))) {
      const sending = log.leads.append(partition, own);
      inFlight.add(sending);
      void sending.finally(() => inFlight.delete(sending));
    }
    await wait(TICK_MS);
  }
  await Promise.all(inFlight);
  return { startMs, leadsPerSecond: (count * 1000) / (Date.now() - startMs) };
}

async function readLatencies({ backing }: Installation, fromMs: number) {
  const leadAtMs = new Map<string, number>();
  await readAll(backing.log.leads, ({ facts }, atMs) => leadAtMs.set(facts.leadId, atMs));
  const captureToDecision: number[] = [];
  const leadToDecision: number[] = [];
  await readAll(backing.log.decisions, (record, atMs) => {
    if (record.type !== "decision" || record.facts.capturedAtMs < fromMs) return;
    captureToDecision.push(atMs - record.facts.capturedAtMs);
    leadToDecision.push(atMs - (leadAtMs.get(record.leadId) ?? Number.NaN));
  });
  return {
    leads: captureToDecision.length,
    captureToDecisionMs: quantiles(captureToDecision),
    leadToDecisionMs: quantiles(leadToDecision),
  };
}

async function readAll<T>(topic: ConsumableTopic<T>, each: (value: T, appendedAtMs: number) => void): Promise<void> {
  for (let partition = 0; partition < topic.partitionCount; partition++) {
    for await (const entries of topic.readRange(partition, 0, await topic.endOffset(partition))) {
      for (const entry of entries) if (entry.kind === "value") each(entry.value, entry.appendedAtMs);
    }
  }
}
