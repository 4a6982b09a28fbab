import type { LeadEvent, LeadReads } from "../../core/ports/store.ts";
import type { EventFeed, FeedSeat } from "./event-feed.ts";
import { formatPositions, type Positions } from "./positions.ts";
import type { StreamWriter } from "./stream-writer.ts";

export interface SubscriptionOptions {
  readonly reads: Pick<LeadReads, "events">;
  readonly feed: EventFeed;
  readonly writer: StreamWriter;
  /** Where the client was; null starts with what comes next. */
  readonly resumeFrom: Positions | null;
  /** Name and JSON of an event, or null if the caller may not see it. Asked for every event anew. */
  readonly viewOf: (event: LeadEvent) => { readonly type: string; readonly data: string } | null;
  readonly maxHeld: number;
}

const REPLAY_PAGE = 200;

/**
 * One client's way through the log: what it missed is read from the store at its own pace, then it takes a seat at the
 * shared feed. Nothing is lost or told twice in between: it reads exactly up to where its seat begins.
 */
export class Subscription {
  readonly #options: SubscriptionOptions;
  #positions: number[] = [];
  #held: LeadEvent[] | null = [];
  #seat: FeedSeat | null = null;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { resumeFrom, writer } = this.#options;
    if (resumeFrom !== null) {
      this.#positions = [...resumeFrom];
      this.#tellPosition();
      await this.#readUntil(null);
    }
    if (writer.isClosed) return;
    const seat = await this.#options.feed.join((events) => this.#hear(events));
    this.#seat = seat;
    if (writer.isClosed) return this.stop();
    if (resumeFrom === null) {
      this.#positions = [...seat.positions];
      this.#tellPosition();
    } else await this.#readUntil(seat.positions);
    const held = this.#held ?? [];
    this.#held = null;
    for (const event of held) this.#tell(event);
  }

  stop(): void {
    this.#seat?.leave();
    this.#seat = null;
  }

  /** An id without an event: from now on the client can resume, even if nothing ever happens. */
  #tellPosition(): void {
    this.#options.writer.write(`id: ${formatPositions(this.#positions)}\n\n`);
  }

  /** Reads what the client missed: up to an end, or until there is no more. */
  async #readUntil(end: Positions | null): Promise<void> {
    const { reads, writer } = this.#options;
    for (let partition = 0; partition < this.#positions.length; partition += 1) {
      const last = end?.[partition] ?? Number.POSITIVE_INFINITY;
      let position = this.#positions[partition] ?? -1;
      while (position < last && !writer.isClosed) {
        const events = await reads.events(partition, position, REPLAY_PAGE);
        for (const event of events) {
          if (event.offset > last) break;
          await writer.room();
          this.#tell(event);
        }
        position = events.length < REPLAY_PAGE ? Number.POSITIVE_INFINITY : (events.at(-1)?.offset ?? position);
      }
    }
  }

  #hear(events: readonly LeadEvent[]): void {
    if (this.#held === null) for (const event of events) this.#tell(event);
    else if (this.#held.length + events.length <= this.#options.maxHeld) this.#held.push(...events);
    else this.#options.writer.close(0);
  }

  #tell(event: LeadEvent): void {
    if (event.offset <= (this.#positions[event.partition] ?? -1)) return;
    this.#positions[event.partition] = event.offset;
    const view = this.#options.viewOf(event);
    if (view === null) return;
    const id = formatPositions(this.#positions);
    this.#options.writer.write(`id: ${id}\nevent: ${view.type}\ndata: ${view.data}\n\n`);
  }
}
