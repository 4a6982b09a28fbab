import { checkCommit, readLog } from "./read-log.ts";
import {
  PARKED,
  PARTITIONS,
  REPS,
  SLOTS,
  append,
  isUsable,
  type InFlight,
  type Model,
  type RedisNode,
  type RouterProcess,
} from "./state.ts";

const BATCH = 3;
/** Turns that a router waits for its acknowledgements before it gives the batch up. */
const PATIENCE = 200;

export function startRouter(model: Model, id: number): RouterProcess {
  const router: RouterProcess = { id, connection: model.primary, work: route(model, () => router) };
  return router;
}

/** Steps S0 to S6, each `yield` a point where anything else may happen. */
function* route(model: Model, self: () => RouterProcess): Generator<void, never> {
  for (;;) {
    yield;
    const router = self();
    const mine = model.owners.flatMap((owner, partition) => (owner === router.id ? [partition] : []));
    if (mine.length === 0) continue;
    const partition = model.random.pick(mine);
    const { generation } = model;
    const from = model.committed[partition]!;
    const batch = model.input[partition]!.slice(from, from + BATCH);
    if (batch.length === 0) continue;
    const epoch = model.controlEnd;
    yield;
    const sent = yield* reserveAndSend(model, router, { partition, batch, epoch });
    if (sent === null) {
      yield* resolveDoubt(model, router);
      continue;
    }
    for (let turns = 0; turns < PATIENCE && sent.some((one) => !one.isAcknowledged); turns += 1) yield;
    if (sent.some((one) => !one.isAcknowledged)) continue;
    yield;
    if (model.guards.fenceRead && model.controlEnd !== epoch) continue;
    yield;
    if (model.generation === generation && model.owners[partition] === router.id) {
      commit(model, partition, from + batch.length);
    }
  }
}

interface BatchOfEpoch {
  readonly partition: number;
  readonly batch: readonly number[];
  readonly epoch: number;
}

/** S3 and S4, lead by lead; null if the ledger is in doubt. */
function* reserveAndSend(
  model: Model,
  router: RouterProcess,
  { partition, batch, epoch }: BatchOfEpoch,
): Generator<void, InFlight[] | null> {
  const sent: InFlight[] = [];
  for (const lead of batch) {
    const reply = reserve(model, router.connection, lead);
    yield;
    if (reply === null || (model.guards.epochCheck && reply.epoch !== epoch)) return null;
    const record = { type: "decision", epoch: reply.epoch, lead, rep: reply.rep } as const;
    const request: InFlight = { partition, record, isAcknowledged: false };
    model.inFlight.push(request);
    sent.push(request);
    yield;
  }
  return sent;
}

/** Atomic, and idempotent by lead; null is FENCED. */
function reserve(model: Model, node: RedisNode, lead: number): { epoch: number; rep: number } | null {
  if (!isUsable(model, node)) return null;
  const known = node.outcomes.get(lead);
  if (known !== undefined) return { epoch: node.epoch, rep: known };
  const first = model.random.below(REPS);
  let chosen = PARKED;
  for (let i = 0; i < REPS && chosen === PARKED; i += 1) {
    const rep = (first + i) % REPS;
    if ((node.slots.get(rep)?.size ?? 0) < SLOTS) chosen = rep;
  }
  node.outcomes.set(lead, chosen);
  if (chosen !== PARKED) hold(node.slots, chosen, lead);
  return { epoch: node.epoch, rep: chosen };
}

function hold(slots: Map<number, Set<number>>, rep: number, lead: number): void {
  const leads = slots.get(rep);
  if (leads === undefined) slots.set(rep, new Set([lead]));
  else leads.add(lead);
}

function commit(model: Model, partition: number, to: number): void {
  if (to <= model.committed[partition]!) return;
  model.committed[partition] = to;
  checkCommit(model, partition);
}

/** Maybe a reconnect is enough; else the recovery R1 to R5. */
function* resolveDoubt(model: Model, router: RouterProcess): Generator<void, void> {
  if (model.random.chance(0.5)) {
    router.connection = model.primary;
    yield;
  }
  const { boundTo, runId, epoch } = router.connection;
  if (boundTo !== runId || epoch !== model.controlEnd) yield* recover(model, router);
}

function* recover(model: Model, router: RouterProcess): Generator<void, void> {
  model.controlEnd += 1;
  const epoch = model.controlEnd;
  yield;
  const marks: number[] = [];
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    marks.push(append(model, partition, { type: "barrier", epoch }));
    yield;
  }
  const outcomes = new Map<number, number>();
  const slots = new Map<number, Set<number>>();
  for (const [partition, mark] of marks.entries()) {
    const { effective, released } = readLog(model, partition, mark);
    for (const [lead, { rep }] of effective) {
      outcomes.set(lead, rep);
      if (rep !== PARKED && !released.has(lead)) hold(slots, rep, lead);
    }
    yield;
  }
  const node = router.connection;
  const isLater = node.epoch > epoch || (node.epoch === epoch && node.boundTo === node.runId);
  if (!isLater) Object.assign(node, { epoch, boundTo: node.runId, outcomes, slots });
  yield;
}
