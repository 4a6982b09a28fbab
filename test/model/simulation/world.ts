import type { LogRecord } from "../../../services/core/domain/decision/log-record.ts";
import type { LeadRequest } from "../../../services/core/domain/lead/lead.ts";
import type { CompiledPlan } from "../../../services/core/domain/plan/compiled-plan.ts";
import type { DeadLetter, RecoveryStart } from "../../../services/core/ports/log.ts";
import { createRandom, type Random } from "../random.ts";
import { Clocks } from "./clocks.ts";
import { Judge } from "./judge.ts";
import { stamped, withoutBarrier, type Mutations } from "./mutations.ts";
import { PARTITIONS, PLANS } from "./plans.ts";
import { RedisSetup } from "./redis-server.ts";
import { Scheduler, type SimProcess, type SchedulerHooks } from "./scheduler.ts";
import { startService, type Service } from "./service.ts";
import { StoreServer } from "./store-server.ts";
import { TopicServer } from "./topic-server.ts";

export interface WorldOptions {
  readonly seed: number;
  readonly services: number;
  /** In the order of their publication. */
  readonly plans?: readonly CompiledPlan[];
  readonly hooks: SchedulerHooks;
  readonly mutations?: Mutations;
  /** Chance that a read shows a lead as it was one record ago. */
  readonly lateness?: number;
  /** Projectors and the store that they write to; without, what is read is the log's fold. */
  readonly hasStore?: boolean;
  readonly longestBatch?: number;
  /** Nobody has heard of the tenant yet. */
  readonly isTenantNew?: boolean;
  /** By default on a day on which nothing happens to clocks. */
  readonly startsAtMs?: number;
}

/** A whole installation: brokers, Redis, the processes of the product and those who use it. */
export class World {
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly mutations: Mutations;
  readonly judge: Judge;
  readonly redis: RedisSetup;
  readonly store: StoreServer | null;
  readonly clocks: Clocks;
  readonly leads: TopicServer<LeadRequest>;
  readonly decisions: TopicServer<LogRecord>;
  readonly control: TopicServer<RecoveryStart>;
  readonly deadLetters: TopicServer<DeadLetter>;
  readonly services: Service[] = [];
  /** How often what happened, for the report. */
  readonly counts = new Map<string, number>();
  /** The newest published. */
  plan: CompiledPlan;
  readonly #plans: readonly CompiledPlan[];
  isLate: () => boolean;
  /** Whether the tenant has a plan that processes know of. */
  isTenantKnown: boolean;
  #started = 0;

  constructor(options: WorldOptions) {
    const { seed, services, hooks, mutations = {}, lateness = 0, longestBatch = 3, plans = PLANS } = options;
    const clock = (): number => this.scheduler.nowMs;
    const onMet = (fault: string): void => this.count(fault);
    this.judge = new Judge(plans);
    this.isTenantKnown = options.isTenantNew !== true;
    this.#plans = plans;
    this.plan = plans[0]!;
    this.random = createRandom(seed);
    this.scheduler = new Scheduler(this.random, hooks);
    if (options.startsAtMs !== undefined) this.scheduler.nowMs = options.startsAtMs;
    this.mutations = mutations;
    this.redis = new RedisSetup(mutations);
    this.store = options.hasStore === true ? new StoreServer({ random: this.random, clock, mutations, onMet }) : null;
    this.clocks = new Clocks(this.scheduler, onMet);
    this.isLate = () => lateness > 0 && this.random.chance(lateness);
    const acceptsStaleCommits = mutations.acceptsStaleCommits === true;
    const onMoved = (what: string): void => this.count(`coordinator ${what}`);
    const common = { random: this.random, clock, longestBatch, acceptsStaleCommits, onMoved };
    this.deadLetters = new TopicServer({ ...common, name: "dead-letters", partitionCount: 1 });
    this.control = new TopicServer({ ...common, name: "control", partitionCount: 1 });
    this.leads = new TopicServer<LeadRequest>({
      ...common,
      name: "leads",
      partitionCount: PARTITIONS,
      onCommitted: (commit) => this.judge.onCommit(commit, this),
    });
    this.decisions = new TopicServer<LogRecord>({
      ...common,
      name: "decisions",
      partitionCount: PARTITIONS,
      ...(mutations.noBarrierRule === true ? { stored: withoutBarrier } : {}),
      ...(mutations.stampsAtBroker === true ? { stored: (record) => stamped(record, clock()) } : {}),
      onAppended: (partition, entry) => this.judge.onRecord(partition, entry),
      onCommitted: (commit) => this.judge.onCommit(commit, this),
    });
    for (let i = 0; i < services; i += 1) this.#start();
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  /** kill -9; another process takes its place. */
  replace(process: SimProcess): void {
    const index = this.services.findIndex((service) => service.process === process);
    if (index < 0) return;
    this.scheduler.kill(process);
    for (const topic of [this.leads, this.decisions]) topic.expire(process);
    this.services.splice(index, 1);
    this.#start();
  }

  /** SIGSTOP for longer than a session: the group goes on without it, and it does not know. */
  pause(process: SimProcess): void {
    process.isPaused = true;
    for (const topic of [this.leads, this.decisions]) topic.expire(process);
  }

  planOf(planVersion: number): CompiledPlan | null {
    return this.#plans.find(({ version }) => version === planVersion) ?? null;
  }

  /** The next plan comes into force; one process hears of it at once, the others when they look. */
  publishPlan(first: Service | undefined): void {
    this.plan = this.#plans[Math.min(this.#plans.indexOf(this.plan) + 1, this.#plans.length - 1)]!;
    if (first !== undefined) first.plan = this.plan;
  }

  /** Servers do from now on what they are asked to. */
  heal(): void {
    this.store?.heal();
    for (const topic of [this.leads, this.decisions]) topic.moveCoordinator(0, false);
  }

  reconnectAll(): void {
    for (const { ledger } of this.services) ledger.reconnect();
  }

  #start(): void {
    this.#started += 1;
    this.services.push(startService(this, `service-${this.#started}`));
  }
}
