import type { LeadRequest } from "../../../services/core/domain/lead/lead.ts";
import { createClient, leadRequest, type Command } from "./clients.ts";
import { ORDINARY_FAULTS, inject, resume, type FaultKind } from "./faults.ts";
import { REP_IDS, partitionOf } from "./plans.ts";
import { finish } from "./run.ts";
import type { Fate, PendingCall } from "./scheduler.ts";
import { World, type WorldOptions } from "./world.ts";
import { POOL_CHANNEL } from "../../support/plan-builder.ts";

export interface RandomRunOptions extends Pick<WorldOptions, "mutations" | "plans" | "hasStore" | "startsAtMs"> {
  readonly faults?: number;
  /** Which of them; a kind that is named twice comes twice as often. */
  readonly kinds?: readonly FaultKind[];
  /** Deliveries of leads that were delivered before. */
  readonly duplicates?: number;
  /** How often a person repeats a command that was not answered. */
  readonly attempts?: number;
  readonly commands?: readonly Command["kind"][];
  /** Told every call, every record and every fault, to understand a seed. */
  readonly trace?: (line: string) => void;
}

export interface RunReport {
  readonly violations: readonly string[];
  readonly steps: number;
  /** Faults, outcomes of commands and recoveries, by name. */
  readonly counts: ReadonlyMap<string, number>;
}

const LEADS = 14;
/** In each run that does not say otherwise. */
export const DUPLICATES = 5;
const COMMANDS_PER_CLIENT = 8;
const SERVICES = 2;
/** A person asks until there is an answer; faults end some time. */
const ATTEMPTS = 200;
const GIVEN_UP_MS = 31_000;
/** Share of calls that go wrong on their way while faults last. */
const UNKNOWN_FATES = 0.02;
const KINDS: readonly Command["kind"][] = ["claim", "claim", "release", "release", "transfer", "close", "reopen"];

/** One schedule of the real code: routers, appliers, desk and steward, with everything going wrong that may. */
export async function runSimulation(seed: number, options: RandomRunOptions = {}): Promise<RunReport> {
  let hasFaults = true;
  const world: World = new World({
    ...options,
    seed,
    services: SERVICES,
    lateness: 0.1,
    hooks: {
      fateOf: (call) => fateOf(world, call, hasFaults),
      onEffect(call, when) {
        if (when === "after") options.trace?.(describeCall(call));
      },
      outlives: () => world.random.chance(0.5),
    },
  });
  const { random, scheduler } = world;
  const clients = [
    produceLeads(world, options),
    useDesk(world, "client-1", options),
    useDesk(world, "client-2", options),
  ];
  let faultsLeft = options.faults ?? 8;
  let clientsLeft = clients.length;
  for (const client of clients) void client.then(() => (clientsLeft -= 1));
  const mayStall = (): boolean => faultsLeft > 0 || clientsLeft > 0;
  for (let steps = 0; steps < 5_000 && mayStall(); steps += 1) {
    const dice = random.next();
    if (dice < 0.012 && faultsLeft > 0) {
      faultsLeft -= 1;
      const fault = inject(world, options.kinds ?? ORDINARY_FAULTS);
      options.trace?.(`fault ${fault}`);
    } else if (dice < 0.05) lookAfterThings(world, dice);
    else await scheduler.step();
    if (!world.services.some(({ process }) => !process.isPaused)) resume(world);
  }
  hasFaults = false;
  world.isLate = () => false;
  world.heal();
  await finish(world);
  return { violations: world.judge.violations, steps: scheduler.steps, counts: world.counts };
}

function describeCall({ process, label, outcome, options: { sent } }: PendingCall): string {
  const answer = outcome?.kind === "error" ? String(outcome.error) : textOf(outcome?.value);
  return `${process.name} ${label}${sent === undefined ? "" : ` ${textOf(sent)}`} → ${answer}`;
}

/** Without what would only make a line of a trace long. */
function textOf(value: unknown): string {
  const text: string | undefined = JSON.stringify(value, (key, part: unknown) =>
    ["facts", "lists", "verdicts", "explanation", "sealedContact"].includes(key) ? undefined : part,
  );
  return text ?? "";
}

function fateOf(world: World, { options }: PendingCall, hasFaults: boolean): Fate {
  const { random } = world;
  if (!hasFaults) return "done";
  if (options.unknownFate !== undefined && random.chance(UNKNOWN_FATES)) {
    const fates: readonly Fate[] =
      options.mayArriveLate === true
        ? ["request_lost", "reply_lost", "arrives_late", "arrives_twice"]
        : ["request_lost", "reply_lost"];
    const fate = random.pick(fates);
    world.count(`${fate} ${options.kind}`);
    return fate;
  }
  return random.chance(0.25) ? "reply_delayed" : "done";
}

/** What processes do on the clock, and a primary for its replica. */
function lookAfterThings(world: World, dice: number): void {
  const { lookBack, retryWaiting } = world.random.pick(world.services);
  if (dice < 0.014) finishHandOvers(world);
  else if (dice < 0.016) lookBack().catch(() => undefined);
  else if (dice < 0.04) world.redis.replicate();
  else retryWaiting.sweep().catch(() => undefined);
}

/** Long after whoever asked for them has given up, or so the clock says: some may still be on their way. */
function finishHandOvers(world: World): void {
  world.scheduler.nowMs += GIVEN_UP_MS;
  const { finishHandOvers: finish } = world.random.pick(world.services);
  finish().then(
    (count) => count > 0 && world.count("hand-over finished"),
    () => undefined,
  );
}

/** Leads, some of them twice, two customers who write under two ids, and a record that nobody can read. */
async function produceLeads(world: World, { duplicates = DUPLICATES }: RandomRunOptions): Promise<void> {
  const { random, leads } = world;
  const door = createClient(world, "door");
  const sent: LeadRequest[] = [];
  const poisonAfter = random.below(LEADS);
  for (let index = 0; index < LEADS + duplicates; index += 1) {
    await door.pause(random.below(20));
    const isNew = sent.length < LEADS && (sent.length === 0 || duplicates === 0 || random.chance(0.7));
    const request = isNew ? newLead(world, sent.length) : random.pick(sent);
    if (isNew) sent.push(request);
    // A second delivery of the same lead may come in the other partition, and so at another router at once.
    leads.append(isNew ? partitionOf("", request.facts.leadId) : random.below(2), [request]);
    if (index === poisonAfter) leads.appendPoison(random.below(2));
  }
}

function newLead({ random }: World, index: number): LeadRequest {
  const channel = random.chance(0.3) ? POOL_CHANNEL : "web";
  return leadRequest(`lead-${String(index).padStart(2, "0")}`, {
    identityKeys: [`customer-${index % 11}`],
    source: { channel, campaign: "", referrer: "" },
  });
}

async function useDesk(
  world: World,
  name: string,
  { commands = KINDS, attempts = ATTEMPTS }: RandomRunOptions,
): Promise<void> {
  const { random } = world;
  const client = createClient(world, name);
  let commandsLeft = COMMANDS_PER_CLIENT;
  for (let attempt = 0; attempt < 100 && commandsLeft > 0; attempt += 1) {
    await client.pause(random.below(50));
    const command = commandOf(world, commands);
    if (command === null) continue;
    commandsLeft -= 1;
    await client.send(command, attempts);
  }
}

/** On a lead that it suits, as far as the log says now; null if there is none. */
function commandOf({ random, judge }: World, kinds: readonly Command["kind"][]): Command | null {
  const kind = random.pick(kinds);
  const suitable = [...judge.history].filter(([, states]) => suits(kind, states.at(-1)!.status));
  if (suitable.length === 0) return null;
  const [leadId] = random.pick(suitable);
  return kind === "claim" || kind === "transfer" ? { kind, leadId, repId: random.pick(REP_IDS) } : { kind, leadId };
}

function suits(kind: Command["kind"], status: string): boolean {
  if (kind === "claim") return status === "public";
  if (kind === "reopen") return status === "closed";
  return status === "owned" || (kind === "close" && status === "public");
}
