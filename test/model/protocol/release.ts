import { readLog } from "./read-log.ts";
import { PARKED, PARTITIONS, append, isUsable, type Model, type RedisNode } from "./state.ts";

const RELEASES = 6;
/** Most steps between the two writes of a release that goes to Redis first. */
const LONGEST_GAP = 40;

/** Follows the log and frees the slots of released leads, on a ledger at least as new as the barrier before them. */
export function* applyReleases(model: Model): Generator<void, never> {
  const position = Array.from({ length: PARTITIONS }, () => 0);
  const barrier = Array.from({ length: PARTITIONS }, () => 0);
  for (;;) {
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const record = model.log[partition]![position[partition]!];
      if (record === undefined) {
        yield;
        continue;
      }
      if (record.type === "barrier") barrier[partition] = Math.max(barrier[partition]!, record.epoch);
      if (record.type === "release") {
        yield;
        const node = model.applierConnection;
        if (!isUsable(model, node) || node.epoch < barrier[partition]!) {
          model.applierConnection = model.primary;
          yield;
          continue;
        }
        free(node, record.lead);
      }
      position[partition]! += 1;
      yield;
    }
  }
}

/** The CRM: sends a few owned leads back. */
export function* releaseLeads(model: Model): Generator<void, never> {
  const { random, guards } = model;
  const chosen = new Set<number>();
  for (;;) {
    yield;
    if (chosen.size >= RELEASES) continue;
    const partition = random.below(PARTITIONS);
    const { effective, released } = readLog(model, partition);
    const owned = [...effective].filter(
      ([lead, { rep }]) => rep !== PARKED && !released.has(lead) && !chosen.has(lead),
    );
    if (owned.length === 0 || random.chance(0.9)) continue;
    const [lead] = random.pick(owned);
    chosen.add(lead);
    if (!guards.logFirstRelease) {
      free(model.applierConnection, lead);
      for (let steps = random.below(LONGEST_GAP); steps > 0; steps -= 1) yield;
    }
    append(model, partition, { type: "release", lead });
  }
}

function free({ slots }: RedisNode, lead: number): void {
  for (const leads of slots.values()) leads.delete(lead);
}
