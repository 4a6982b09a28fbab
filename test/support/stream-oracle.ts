import type { LeadReads } from "../../services/core/ports/store.ts";
import type { CrowdClient, HeardEvent } from "./stream-crowd.ts";
import type { PlanBody } from "./plan-builder.ts";

/** Who hears of an event: null for those who see the whole tenant. */
type Hearer = string | null;

interface Told {
  readonly partition: number;
  readonly offset: number;
  readonly key: number;
}

const PAGE = 500;
const TYPES = ["assigned", "parked", "public", "follow_up", "closed"];

/** Leads are named `lead-<number>`; number and type are the event, as far as a listener's memory goes. */
export function keyOf({ leadId, type }: HeardEvent): number {
  return Number(leadId.slice("lead-".length)) * TYPES.length + TYPES.indexOf(type);
}

/**
 * What each listener has to hear, from the projection and the plan alone: a rep what happens in his teams, in pools that
 * serve him, and to his own leads.
 */
export class StreamOracle {
  readonly #reads: Pick<LeadReads, "events">;
  readonly #told = new Map<Hearer, Told[]>();
  readonly #partitions = new Map<number, number>();
  #through: readonly number[];

  constructor(reads: Pick<LeadReads, "events">, partitionCount: number) {
    this.#reads = reads;
    this.#through = Array.from({ length: partitionCount }, () => -1);
  }

  /** Reads what is new. To be asked while nothing happens, with the plan under which it was told. */
  async read({ reps, pools }: Pick<PlanBody, "reps" | "pools">): Promise<void> {
    for (let hasMore = true; hasMore;) {
      const page = await this.#reads.events(this.#through, PAGE, null);
      for (const { leadId, partition, offset, nodeId, record, ...effect } of page.events) {
        const outcome = record.type === "decision" ? record.outcome : null;
        const pool = pools.find(({ poolId }) => outcome?.kind === "public" && poolId === outcome.poolId);
        const nodes = [nodeId, pool?.nodeId];
        const here = reps.filter(({ nodeIds }) => nodeIds.some((own) => nodes.includes(own)));
        const hearers = new Set<Hearer>([null, effect.fromRepId, effect.toRepId, ...here.map(({ repId }) => repId)]);
        const key = keyOf({ leadId, type: outcome?.kind ?? record.type });
        this.#partitions.set(key, partition);
        for (const hearer of hearers) {
          const own = this.#told.get(hearer) ?? [];
          this.#told.set(hearer, own);
          own.push({ partition, offset, key });
        }
      }
      this.#through = page.through;
      ({ hasMore } = page);
    }
  }

  /** By partition, in order. */
  expected(hearer: Hearer, { startId }: CrowdClient): readonly (readonly number[])[] {
    const start = startId.split(",").map((entry) => Number(entry.split(":")[1]));
    const due = (this.#told.get(hearer) ?? []).filter(({ partition, offset }) => offset > (start[partition] ?? -1));
    return start.map((_, at) => due.filter(({ partition }) => partition === at).map(({ key }) => key));
  }

  /** The same of what it heard. */
  heard({ heard, startId }: CrowdClient): readonly (readonly number[])[] {
    return startId.split(",").map((_, at) => heard.filter((key) => this.#partitions.get(key) === at));
  }
}
