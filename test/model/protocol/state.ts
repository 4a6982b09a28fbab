import { createRandom, type Random } from "../random.ts";

export const PARTITIONS = 2;
export const REPS = 3;
export const SLOTS = 2;
export const LEADS = 14;
export const DUPLICATES = 5;
export const ROUTERS = 3;
/** No rep had room. */
export const PARKED = -1;

/** The rules of the protocol that a run may leave out, to show that each is needed. */
export interface Guards {
  /** V1: readers take a decision behind a barrier of a higher epoch for void. */
  readonly barrierRule: boolean;
  /** S5: the end of the control topic is asked for again before the commit. */
  readonly fenceRead: boolean;
  /** A Redis that is not the process that was seeded answers FENCED. */
  readonly runIdCheck: boolean;
  /** S3: a reservation of another epoch than the router's counts as FENCED. */
  readonly epochCheck: boolean;
  /** A release frees its slot only once it was read from the log. */
  readonly logFirstRelease: boolean;
}

export const FULL_PROTOCOL: Guards = {
  barrierRule: true,
  fenceRead: true,
  runIdCheck: true,
  epochCheck: true,
  logFirstRelease: true,
};

export type ModelRecord =
  | { readonly type: "decision"; readonly epoch: number; readonly lead: number; readonly rep: number }
  | { readonly type: "barrier"; readonly epoch: number }
  | { readonly type: "release"; readonly lead: number };

/** A record with its place in log time, which spans the partitions. */
export type Logged = ModelRecord & { readonly at: number };

/** One Redis process with its data. */
export interface RedisNode {
  readonly runId: number;
  epoch: number;
  /** Run id of the process that was seeded; null before any recovery. */
  boundTo: number | null;
  outcomes: Map<number, number>;
  slots: Map<number, Set<number>>;
}

/** A produce request on its way. */
export interface InFlight {
  readonly partition: number;
  readonly record: ModelRecord;
  isAcknowledged: boolean;
}

export interface RouterProcess {
  readonly id: number;
  connection: RedisNode;
  readonly work: Generator<void, never>;
}

export interface Model {
  readonly random: Random;
  readonly guards: Guards;
  readonly input: readonly (readonly number[])[];
  readonly log: readonly Logged[][];
  readonly committed: number[];
  readonly inFlight: InFlight[];
  readonly routers: RouterProcess[];
  readonly violations: string[];
  /** RecoveryStart records so far, and so the epoch. */
  controlEnd: number;
  logTime: number;
  nodes: number;
  primary: RedisNode;
  /** What a replica had when it last caught up. */
  replica: Omit<RedisNode, "runId">;
  applierConnection: RedisNode;
  /** Router id by partition. */
  owners: readonly number[];
  generation: number;
}

export function createModel(seed: number, guards: Guards): Model {
  const random = createRandom(seed);
  const input = Array.from({ length: PARTITIONS }, (): number[] => []);
  for (let lead = 0; lead < LEADS; lead += 1) input[lead % PARTITIONS]!.push(lead);
  for (let i = 0; i < DUPLICATES; i += 1) {
    const lead = random.below(LEADS);
    input[lead % PARTITIONS]!.push(lead);
  }
  const primary: RedisNode = { runId: 1, ...emptyContent() };
  return {
    random,
    guards,
    input,
    log: Array.from({ length: PARTITIONS }, () => []),
    committed: Array.from({ length: PARTITIONS }, () => 0),
    inFlight: [],
    routers: [],
    violations: [],
    controlEnd: 0,
    logTime: 0,
    nodes: 1,
    primary,
    replica: copyContent(primary),
    applierConnection: primary,
    owners: [],
    generation: 0,
  };
}

export function emptyContent(): Omit<RedisNode, "runId"> {
  return { epoch: 0, boundTo: null, outcomes: new Map(), slots: new Map() };
}

export function copyContent({ epoch, boundTo, outcomes, slots }: Omit<RedisNode, "runId">): Omit<RedisNode, "runId"> {
  return {
    epoch,
    boundTo,
    outcomes: new Map(outcomes),
    slots: new Map(Array.from(slots, ([rep, leads]) => [rep, new Set(leads)])),
  };
}

/** Appends and answers the end of the partition. */
export function append(model: Model, partition: number, record: ModelRecord): number {
  model.logTime += 1;
  return model.log[partition]!.push({ ...record, at: model.logTime });
}

export function isUsable({ guards }: Model, { boundTo, runId }: RedisNode): boolean {
  return boundTo !== null && (!guards.runIdCheck || boundTo === runId);
}
