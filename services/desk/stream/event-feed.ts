import type { Principal } from "../../core/http/principal.ts";
import type { ActivePlans } from "../../core/ports/active-plans.ts";
import type { LeadReads, Projection } from "../../core/ports/store.ts";
import { Audience, type Hear } from "./audience.ts";
import { formatPositions, type Positions } from "./positions.ts";

export interface EventFeedDeps {
  readonly reads: Pick<LeadReads, "events"> & Pick<Projection, "position">;
  readonly plans: ActivePlans;
  /** Of the decision log. */
  readonly partitionCount: number;
  /** Calls back when a projection has committed; answers how to stop. Without it the feed looks every interval. */
  readonly onProjected?: (wake: () => void) => () => void;
  readonly intervalMs?: number;
  /** The store could not be read; the feed goes on trying. */
  readonly onFault?: (error: unknown) => void;
}

export interface FeedSeat {
  /** Every record behind these positions will be heard, and none before. */
  readonly positions: Positions;
  leave(): void;
}

const INTERVAL_MS = 100;
/** With a wake-up call the interval only heals a lost one. */
const INTERVAL_WHEN_WOKEN_MS = 1_000;
const FAULT_PAUSE_MS = 1_000;
/** Events of a partition that are told in one turn: more would hold up the reads of this process. */
const READ_LIMIT = 100;

/** One tail of the projection for all streams of a process. Reads nothing while nobody listens. */
export class EventFeed {
  readonly #deps: EventFeedDeps;
  readonly #audience: Audience;
  #positions: number[] = [];
  /** Those who wait for the start; they keep the feed from ending. */
  #joining = 0;
  #starting: Promise<void> | null = null;
  #wake: () => void = () => {};
  #isWoken = false;

  constructor(deps: EventFeedDeps) {
    this.#deps = deps;
    this.#audience = new Audience(deps.plans);
  }

  /** Up to where every seat has heard all that it may. */
  get positions(): Positions {
    return this.#positions;
  }

  /** @param hear gets the frames of the events that the caller may see, with ids of the positions behind them */
  async join(principal: Principal, hear: Hear): Promise<FeedSeat> {
    this.#joining += 1;
    try {
      this.#starting ??= this.#start();
      await this.#starting;
      return { positions: [...this.#positions], leave: this.#audience.add(principal, hear) };
    } finally {
      this.#joining -= 1;
    }
  }

  /** Ends the reading; those who joined hear nothing more. */
  close(): void {
    this.#audience.clear();
    this.#wake();
  }

  async #start(): Promise<void> {
    try {
      const { reads, partitionCount } = this.#deps;
      const partitions = Array.from({ length: partitionCount }, (_, partition) => partition);
      const read = await Promise.all(partitions.map((partition) => reads.position(partition)));
      this.#positions = read.map(({ next }) => next - 1);
    } catch (error) {
      this.#starting = null;
      throw error;
    }
    void this.#run();
  }

  async #run(): Promise<void> {
    const stop = this.#deps.onProjected?.(() => {
      this.#isWoken = true;
      this.#wake();
    });
    const { intervalMs = stop === undefined ? INTERVAL_MS : INTERVAL_WHEN_WOKEN_MS, onFault } = this.#deps;
    while (this.#audience.size + this.#joining > 0) {
      try {
        if (await this.#readOn()) continue;
        await this.#pause(intervalMs);
      } catch (error) {
        onFault?.(error);
        await this.#pause(FAULT_PAUSE_MS);
      }
    }
    this.#starting = null;
    stop?.();
  }

  /** True if there may be more at once. */
  async #readOn(): Promise<boolean> {
    const { events, through, hasMore } = await this.#deps.reads.events(this.#positions, READ_LIMIT, null);
    // All of it in one turn, so that a seat taken meanwhile misses nothing and hears nothing twice.
    for (const event of events) {
      this.#positions[event.partition] = event.offset;
      this.#audience.tell(event, () => formatPositions(this.#positions));
    }
    this.#positions = [...through];
    return hasMore;
  }

  async #pause(ms: number): Promise<void> {
    if (!this.#isWoken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = () => {};
    }
    this.#isWoken = false;
  }
}
