import type { Clock } from "../../core/domain/lead/clock.ts";
import type { LeadRequest } from "../../core/domain/lead/lead.ts";
import type { ConsumableTopic } from "../../core/ports/log.ts";
import { endOffsets } from "../../core/protocol/ledger-fold.ts";

export interface BacklogOptions {
  readonly leads: Pick<ConsumableTopic<LeadRequest>, "partitionCount" | "endOffset" | "committedOffsets">;
  /** Of those who decide. */
  readonly group: string;
  readonly clock: Clock;
}

/** An end of a partition, and when it was seen. Every record below it is at least so old. */
interface Mark {
  readonly endOffset: number;
  readonly atMs: number;
}

/**
 * Age of the oldest record that was captured and is not decided, from offsets alone. Off by the time between two looks;
 * what was there before the first look counts from then.
 */
export class Backlog {
  readonly #options: BacklogOptions;
  readonly #marks: Mark[][];

  constructor(options: BacklogOptions) {
    this.#options = options;
    this.#marks = Array.from({ length: options.leads.partitionCount }, () => []);
  }

  seconds(): number {
    const oldestMs = Math.min(...this.#marks.map(([oldest]) => oldest?.atMs ?? Number.POSITIVE_INFINITY));
    return Number.isFinite(oldestMs) ? Math.max(0, this.#options.clock() - oldestMs) / 1_000 : 0;
  }

  /** @throws Fault LOG_UNAVAILABLE */
  async look(): Promise<void> {
    const { leads, group, clock } = this.#options;
    const atMs = clock();
    const ends = await endOffsets(leads);
    const committed = await leads.committedOffsets(group);
    for (const [partition, endOffset] of ends.entries())
      this.#note(partition, { endOffset, atMs }, committed[partition] ?? 0);
  }

  #note(partition: number, { endOffset, atMs }: Mark, committed: number): void {
    const open = (this.#marks[partition] ?? []).filter((mark) => mark.endOffset > committed);
    const isNew = endOffset > Math.max(committed, open.at(-1)?.endOffset ?? 0);
    this.#marks[partition] = isNew ? [...open, { endOffset, atMs }] : open;
  }
}
