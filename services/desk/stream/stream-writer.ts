import type { Writable } from "node:stream";

/** Why a stream ended: by the client, because it was too slow, with its key, for want of the store, or with the process. */
export type StreamEnd = "left" | "slow" | "revoked" | "fault" | "stopping";

export interface StreamWriterOptions {
  readonly output: Writable;
  /** Frames held for a client that is slower than its events. */
  readonly maxQueued: number;
  readonly onClose: (reason: StreamEnd) => void;
}

/** Time for the last bytes to leave, before a client that takes nothing is cut off. */
const LINGER_MS = 5_000;

/**
 * Writes frames of an event stream no faster than the client takes them. What comes in one turn leaves in one piece, by
 * one system call. Behind a client that is slow a bounded number is held; one more and the stream ends, for the client
 * to come back with the last id it saw. So one dead tab never grows the heap (I14).
 */
export class StreamWriter {
  readonly #options: StreamWriterOptions;
  #held: string[] = [];
  #isFull = false;
  #isClosed = false;
  #isFlushDue = false;

  constructor(options: StreamWriterOptions) {
    this.#options = options;
    const { output } = options;
    output.on("drain", () => {
      this.#isFull = false;
      this.#flush();
    });
    output.on("close", () => this.#finish("left"));
    // A broken connection also closes, which is all there is to do about it.
    output.on("error", () => {});
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  write(frame: string): void {
    if (this.#isClosed) return;
    if (this.#isFull && this.#held.length >= this.#options.maxQueued) return this.close("slow", 0);
    this.#held.push(frame);
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    process.nextTick(() => {
      this.#isFlushDue = false;
      this.#flush();
    });
  }

  /** Resolves when the client has room for more, or is gone. */
  async room(): Promise<void> {
    const { output } = this.#options;
    while (this.#isFull && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        const proceed = (): void => {
          output.off("drain", proceed);
          output.off("close", proceed);
          resolve();
        };
        output.on("drain", proceed);
        output.on("close", proceed);
      });
    }
  }

  /** Ends the stream and tells the client when to come back. */
  close(reason: StreamEnd, retryMs: number): void {
    if (this.#isClosed) return;
    const { output } = this.#options;
    this.#held = [];
    output.end(`retry: ${Math.round(retryMs)}\n\n`);
    setTimeout(() => output.destroy(), LINGER_MS).unref();
    this.#finish(reason);
  }

  #flush(): void {
    if (this.#isFull || this.#isClosed || this.#held.length === 0) return;
    const text = this.#held.join("");
    this.#held = [];
    this.#isFull = !this.#options.output.write(text);
  }

  #finish(reason: StreamEnd): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.onClose(reason);
  }
}
