import { setTimeout as wait } from "node:timers/promises";
import type { VerifyReport } from "../../services/auditor/verify.ts";
import { FAIRLEAD, startChild, type Child, type ChildOptions } from "./child.ts";
import { describeDecisions, type DecisionShape } from "./decision-shape.ts";
import { sampleCpu, type CpuSample, type Machine } from "./cpu-time.ts";
import { createInstallation, type Installation } from "./installation.ts";
import type { StoredPool } from "./lead-pool.ts";
import type { Options, Variant } from "./options.ts";
import { serverPids, type Stack } from "./stack.ts";

const POLL_MS = 40;
const STALLED_AFTER_MS = 60_000;

/** One variant in one round. */
export interface DrainSample {
  readonly variant: Variant;
  readonly leads: number;
  readonly seconds: number;
  readonly leadsPerSecond: number;
  /** Per lead; PostgreSQL and projector per record that was projected in the same time. */
  readonly cpuMicros: Readonly<Record<string, number>>;
  /** Records projected ÷ leads decided, while they were. */
  readonly projectedShare: number;
  /** Cores used by others than the bench: the machine is shared. */
  readonly foreignCores: number;
  readonly verdicts: VerifyReport["verdicts"] | null;
  readonly decisions: DecisionShape | null;
}

export class ViolationError extends Error {}

export interface DrainRun {
  readonly stack: Stack;
  readonly pool: StoredPool;
  readonly options: Options;
  /** Also the number of the Redis database. */
  readonly run: number;
}

/** Servers are slow at first, the broker most of all: its code is compiled while it runs. Nothing of this is measured. */
export async function warmServers(drain: Omit<DrainRun, "run">): Promise<void> {
  const { leads, passThroughLeads } = drain.options;
  const options = { ...drain.options, leads: Math.min(leads, 20_000), passThroughLeads };
  await measureVariant("fairlead", { ...drain, options, run: 900 });
  await measureVariant("pass-through", { ...drain, options, run: 901 });
}

/** Puts a backlog into fresh topics, lets the variant work it off, and measures behind the warm-up. */
export async function measureVariant(variant: Variant, drain: DrainRun): Promise<DrainSample> {
  const { stack, pool, options, run } = drain;
  const { warmUp, leads, isFairlead } = sizesOf(variant, options);
  const installation = await createInstallation(stack, {
    name: `bench-${run}-${variant}`,
    database: run,
    partitions: options.partitions,
    plan: pool.plan,
  });
  const children: Child[] = [];
  try {
    await installation.append(pool.leads.slice(0, warmUp + leads));
    if (isFairlead) {
      children.push(startChild(installation, { script: FAIRLEAD, args: ["start", "projector"] }));
      await children[0]!.listening();
    }
    const routers = processesOf(variant, options).map((process) =>
      startChild(installation, { ...process, nodeArgs: options.nodeArgs }),
    );
    children.push(...routers);
    await Promise.all(routers.map((router) => router.listening()));
    const pids = { router: routers.map(({ pid }) => pid), ...serverPids(stack) };
    const machine = isFairlead ? { ...pids, projector: [children[0]!.pid] } : pids;
    const window = await measureWindow(installation, machine, { from: warmUp, to: warmUp + leads });
    const verdicts = isFairlead ? await judge(installation, { variant, leads: warmUp + leads }) : null;
    const decisions = isFairlead ? await describeDecisions(installation.backing) : null;
    return { variant, ...summarize(window), verdicts, decisions };
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    await installation.remove();
  }
}

function sizesOf(variant: Variant, { leads, warmUpLeads, perLeadLeads, passThroughLeads }: Options) {
  if (variant.startsWith("per-lead")) {
    return { warmUp: Math.ceil(perLeadLeads / 3), leads: perLeadLeads, isFairlead: true };
  }
  const isFairlead = variant === "fairlead";
  return { warmUp: warmUpLeads, leads: isFairlead ? leads : passThroughLeads, isFairlead };
}

function processesOf(variant: Variant, { routers }: Options): readonly ChildOptions[] {
  const passThrough = "bench/pipeline/pass-through.ts";
  const perLead = "bench/pipeline/per-lead.ts";
  switch (variant) {
    case "fairlead":
      return Array.from({ length: routers }, () => ({ script: FAIRLEAD, args: ["start", "router"] }));
    case "pass-through":
      return Array.from({ length: routers }, () => ({ script: passThrough, args: [] }));
    case "pass-through-headers":
      return Array.from({ length: routers }, () => ({ script: passThrough, args: ["--headers"] }));
    case "pass-through-mixed":
      return Array.from({ length: routers }, () => ({ script: passThrough, args: ["--mixed"] }));
    case "per-lead":
      return [{ script: perLead, args: ["--concurrency=1"] }];
    case "per-lead-4":
      return [{ script: perLead, args: ["--concurrency=4"] }];
  }
}

interface Point {
  readonly committed: number;
  readonly projected: number;
  readonly cpu: CpuSample;
}

export interface Window {
  readonly first: Point;
  readonly last: Point;
}

/** From the moment `from` leads are committed to the moment all `to` are. */
export async function measureWindow(
  installation: Installation,
  machine: Machine,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Window> {
  const first = await pointAt(installation, machine, from);
  return { first, last: await pointAt(installation, machine, to) };
}

async function pointAt(installation: Installation, machine: Machine, target: number): Promise<Point> {
  let moved = { committed: -1, atMs: performance.now() };
  for (;;) {
    const committed = await installation.committed();
    if (committed >= target) {
      // At once: what is asked next takes its time.
      const cpu = sampleCpu(machine);
      return { committed, cpu, projected: await installation.projected() };
    }
    const atMs = performance.now();
    if (committed > moved.committed) moved = { committed, atMs };
    else if (atMs - moved.atMs > STALLED_AFTER_MS) throw new Error(`Stalled at ${committed} of ${target} leads.`);
    await wait(POLL_MS);
  }
}

export function summarize({ first, last }: Window) {
  const leads = last.committed - first.committed;
  const projected = last.projected - first.projected;
  const seconds = (last.cpu.atMs - first.cpu.atMs) / 1000;
  const cpuMicros: Record<string, number> = {};
  let ours = last.cpu.ownMicros - first.cpu.ownMicros;
  cpuMicros["bench"] = ours / leads;
  for (const [name, micros] of Object.entries(last.cpu.micros)) {
    const used = micros - (first.cpu.micros[name] ?? 0);
    ours += used;
    const count = name === "postgres" || name === "projector" ? projected : leads;
    if (count > 0) cpuMicros[name] = used / count;
  }
  return {
    leads,
    seconds,
    leadsPerSecond: leads / seconds,
    cpuMicros,
    projectedShare: projected / leads,
    foreignCores: (last.cpu.machineMicros - first.cpu.machineMicros - ours) / 1e6 / seconds,
  };
}

/** @throws ViolationError if the log, the ledger or the store is not as it must be. */
export async function judge(
  installation: Installation,
  { variant, leads }: { readonly variant: string; readonly leads: number },
): Promise<VerifyReport["verdicts"]> {
  const report = await installation.verify();
  const { violations, pendingInputs, findings, verdicts } = report;
  if (violations > 0 || pendingInputs > 0 || report.leads !== leads || verdicts.effective !== leads) {
    throw new ViolationError(
      `${variant}: ${violations} violations, ${pendingInputs} inputs pending, ${report.leads} of ${leads} leads decided: ` +
        JSON.stringify({ verdicts, findings }),
    );
  }
  return verdicts;
}
