import type { Clock } from "../domain/lead/clock.ts";

export interface IdempotencyOptions {
  readonly clock: Clock;
  /** Answers kept; the least recently used go first. */
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly keepMs: number;
}

export interface StoredAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly payload: string;
}

interface Entry {
  readonly bodyHash: string;
  readonly expiresAtMs: number;
  /** Undefined while the first request is under way. */
  answer: StoredAnswer | undefined;
  readonly settled: Promise<void>;
  readonly settle: () => void;
}

/** Answers by idempotency key, least recently used first (a Map keeps insertion order). */
export class IdempotencyStore {
  readonly #options: IdempotencyOptions;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(options: IdempotencyOptions) {
    this.#options = options;
  }

  /** `first`: do the work and call `finish`. Waits for a first one that is under way. */
  async begin(key: string, bodyHash: string): Promise<"first" | "other_body" | StoredAnswer> {
    for (;;) {
      const entry = this.#entries.get(key);
      if (entry === undefined || (entry.answer !== undefined && entry.expiresAtMs <= this.#options.clock())) break;
      if (entry.bodyHash !== bodyHash) return "other_body";
      if (entry.answer !== undefined) {
        this.#entries.delete(key);
        this.#entries.set(key, entry);
        return entry.answer;
      }
      await entry.settled;
    }
    this.#drop(key);
    const { promise: settled, resolve: settle } = Promise.withResolvers<void>();
    const expiresAtMs = this.#options.clock() + this.#options.keepMs;
    this.#entries.set(key, { bodyHash, expiresAtMs, answer: undefined, settled, settle });
    return "first";
  }

  /** @param answer null to forget the key */
  finish(key: string, answer: StoredAnswer | null): void {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.answer !== undefined) return;
    if (answer === null) this.#entries.delete(key);
    else {
      entry.answer = answer;
      this.#bytes += answer.payload.length;
      this.#trim();
    }
    entry.settle();
  }

  #trim(): void {
    for (const [key, { answer }] of this.#entries) {
      if (this.#entries.size <= this.#options.maxEntries && this.#bytes <= this.#options.maxBytes) return;
      // Those under way stay: their number is bounded by the requests in flight.
      if (answer !== undefined) this.#drop(key);
    }
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#bytes -= entry.answer?.payload.length ?? 0;
    this.#entries.delete(key);
  }
}
