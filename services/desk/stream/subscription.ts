import type { Principal } from "../../core/http/principal.ts";
import type { ActivePlans } from "../../core/ports/active-plans.ts";
import type { EventPage, LeadEvent, LeadReads } from "../../core/ports/store.ts";
import { changeOf } from "../reads/history-view.ts";
import { planOf, scopeOf } from "../scope.ts";
import type { EventFeed, FeedSeat } from "./event-feed.ts";
import { frameOf, positionFrame } from "./frame.ts";
import { formatPositions, type Positions } from "./positions.ts";
import type { StreamWriter } from "./stream-writer.ts";
import { isVisibleTo } from "./visible-to.ts";

export interface SubscriptionOptions {
  readonly principal: Principal;
  readonly plans: ActivePlans;
  readonly reads: Pick<LeadReads, "events">;
  readonly feed: EventFeed;
  readonly writer: StreamWriter;
  /** Where the client was; null starts with what comes next. */
  readonly resumeFrom: Positions | null;
  /** Frames held while the client catches up. */
  readonly maxHeld: number;
  /** Where those who come back wait to read what they missed, so that a thousand of them leave the store to others too. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Events of a partition that are read at once. */
const REPLAY_PAGE = 100;

/**
 * One client's way through the log: what it missed is read from the store at its own pace, then it takes a seat at the
 * shared feed. Nothing is lost or told twice in between: it reads exactly up to where its seat begins.
 */
export class Subscription {
  readonly #options: SubscriptionOptions;
  /** Its own until the feed has come as far; a client may know more than this process has read. Then null. */
  #positions: number[] | null = null;
  #held: LeadEvent[] | null = [];
  #seat: FeedSeat | null = null;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { principal, resumeFrom, feed, writer } = this.#options;
    if (resumeFrom !== null) {
      const positions = [...resumeFrom];
      writer.write(positionFrame(formatPositions(positions)));
      await this.#readOn(positions);
      this.#positions = positions;
    }
    if (writer.isClosed) return;
    const seat = await feed.join(principal, (frame, event) => this.#hear(frame, event));
    this.#seat = seat;
    if (writer.isClosed) return this.stop();
    const positions = this.#positions ?? [...seat.positions];
    this.#positions = positions;
    if (resumeFrom === null) writer.write(positionFrame(formatPositions(positions)));
    else await this.#readOn(positions, seat.positions);
    const held = this.#held ?? [];
    this.#held = null;
    for (const event of held) this.#tell(event, positions);
    this.#followFeed();
  }

  stop(): void {
    this.#seat?.leave();
    this.#seat = null;
  }

  /** Says that the connection lives, and where it is: a client for whom little happens must not come back to it all. */
  heartbeat(): string {
    const positions = this.#positions ?? (this.#held === null ? this.#options.feed.positions : null);
    return positions === null ? ": heartbeat\n\n" : positionFrame(formatPositions(positions));
  }

  /** Reads what the client missed, no faster than it takes it: up to an end, or until there is no more. */
  async #readOn(positions: number[], end?: Positions): Promise<void> {
    const { writer, inTurn } = this.#options;
    const isBehind = (): boolean => end?.some((last, partition) => (positions[partition] ?? -1) < last) ?? true;
    for (let hasMore = true; hasMore && isBehind();) {
      await writer.room();
      // Whoever has a seat already is held up by nobody: his events wait in memory.
      const page = await (end === undefined ? inTurn(() => this.#readPage(positions)) : this.#readPage(positions));
      if (page === null) return;
      for (const event of page.events) {
        if (event.offset <= (end?.[event.partition] ?? Number.POSITIVE_INFINITY)) this.#tell(event, positions);
      }
      for (const [partition, offset] of page.through.entries()) {
        positions[partition] = Math.max(positions[partition] ?? -1, Math.min(offset, end?.[partition] ?? offset));
      }
      ({ hasMore } = page);
    }
  }

  /** Null once the client is gone. */
  async #readPage(positions: Positions): Promise<EventPage | null> {
    const { principal, plans, reads, writer } = this.#options;
    if (writer.isClosed) return null;
    const { tenantId, repId } = principal;
    const { nodeIds } = scopeOf(principal, planOf(plans, principal));
    return reads.events(positions, REPLAY_PAGE, { tenantId, nodeIds, repId });
  }

  #hear(frame: string, event: LeadEvent): void {
    const { writer, maxHeld } = this.#options;
    if (this.#held !== null) {
      if (this.#held.length < maxHeld) this.#held.push(event);
      else writer.close("slow", 0);
    } else if (this.#positions === null) writer.write(frame);
    else {
      this.#tell(event, this.#positions);
      this.#followFeed();
    }
  }

  /** From where the feed is as far as the client in every partition, its ids are the client's. */
  #followFeed(): void {
    const { positions } = this.#options.feed;
    if (this.#positions?.every((offset, partition) => offset <= (positions[partition] ?? -1))) this.#positions = null;
  }

  #tell(event: LeadEvent, positions: number[]): void {
    const { principal, plans, writer } = this.#options;
    if (event.offset <= (positions[event.partition] ?? -1)) return;
    positions[event.partition] = event.offset;
    const plan = plans.current(event.tenantId);
    if (plan === null || event.tenantId !== principal.tenantId) return;
    const change = changeOf(event, plan);
    if (isVisibleTo(principal, event, { change, plan })) writer.write(frameOf(formatPositions(positions), change));
  }
}
