import type { Writable } from "node:stream";

export interface StreamWriterOptions {
  readonly output: Writable;
  /** Frames held for a client that is slower than its events. */
  readonly maxQueued: number;
  readonly onClose: () => void;
}

/** Time for the last bytes to leave, before a client that takes nothing is cut off. */
const LINGER_MS = 5_000;

/**
 * Writes frames of an event stream no faster than the client takes them. Holds a bounded number; one more and the
 * stream ends, for the client to come back with the last id it saw. So one dead tab never grows the heap (I14).
 */
export class StreamWriter {
  readonly #options: StreamWriterOptions;
  #queue: string[] = [];
  #isFull = false;
  #isClosed = false;
  #isCorked = false;

  constructor(options: StreamWriterOptions) {
    this.#options = options;
    const { output } = options;
    output.on("drain", () => this.#flush());
    output.on("close", () => this.#finish());
    // A broken connection also closes, which is all there is to do about it.
    output.on("error", () => {});
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  write(frame: string): void {
    if (this.#isClosed) return;
    this.#cork();
    if (!this.#isFull) this.#isFull = !this.#options.output.write(frame);
    else if (this.#queue.length < this.#options.maxQueued) this.#queue.push(frame);
    else this.close(0);
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
  close(retryMs: number): void {
    if (this.#isClosed) return;
    const { output } = this.#options;
    this.#queue = [];
    output.end(`retry: ${Math.round(retryMs)}\n\n`);
    setTimeout(() => output.destroy(), LINGER_MS).unref();
    this.#finish();
  }

  /** What is written in one turn leaves in one piece: a burst of events is one system call. */
  #cork(): void {
    if (this.#isCorked) return;
    const { output } = this.#options;
    this.#isCorked = true;
    output.cork();
    process.nextTick(() => {
      this.#isCorked = false;
      output.uncork();
    });
  }

  #flush(): void {
    this.#isFull = false;
    let sent = 0;
    while (sent < this.#queue.length && !this.#isFull) {
      this.#isFull = !this.#options.output.write(this.#queue[sent] ?? "");
      sent += 1;
    }
    this.#queue = this.#queue.slice(sent);
  }

  #finish(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.onClose();
  }
}
