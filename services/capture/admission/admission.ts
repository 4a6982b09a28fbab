import { setTimeout as wait } from "node:timers/promises";
import { Fault } from "../../core/domain/fault.ts";

export interface AdmissionLimits {
  /** Single posts under way in this process. With the rate it also bounds how long an accepted one takes. */
  readonly maxOpenRequests: number;
  /** Bytes of the bodies of those. */
  readonly maxOpenBytes: number;
  /** Standing delay of the event loop. */
  readonly maxLoopDelayMs: number;
  /** Age of the oldest lead that was captured and is not decided. Infinity lets the log take whatever comes. */
  readonly maxBacklogSeconds: number;
}

/** How hard the process and those behind it are pressed. */
export interface Pressure {
  loopDelayMs(): number;
  backlogSeconds(): number;
}

export type RefusalReason = "open_requests" | "open_bytes" | "loop_delay" | "backlog" | "uploads";

export interface AdmissionOptions {
  readonly limits?: Partial<AdmissionLimits>;
  readonly pressure: Pressure;
  readonly onRefused?: (reason: RefusalReason) => void;
  /** How long an upload waits for room before its next lines fail. */
  readonly uploadPatienceMs?: number;
}

const LIMITS: AdmissionLimits = {
  maxOpenRequests: 500,
  maxOpenBytes: 32 * 1024 * 1024,
  maxLoopDelayMs: 100,
  maxBacklogSeconds: Number.POSITIVE_INFINITY,
};
const UPLOAD_PATIENCE_MS = 30_000;
const LOOK_AGAIN_MS = 50;

/**
 * Says no before memory grows. A single post is refused at once, before its body is read: whoever sent it has it still.
 * An upload is slowed down instead, since it can be.
 */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #options: AdmissionOptions;
  #openRequests = 0;
  #openBytes = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
  }

  get openRequests(): number {
    return this.#openRequests;
  }

  /**
   * Lets a post in. @returns how it leaves, to be called once
   *
   * @throws Fault OVERLOADED, or BACKLOGGED if this process is well and the routers are behind
   */
  enter(bytes: number): () => void {
    const reason = this.#fullBy(bytes) ?? this.#pressedBy();
    if (reason !== null) throw this.refuse(reason);
    this.#openRequests += 1;
    this.#openBytes += bytes;
    return () => {
      this.#openRequests -= 1;
      this.#openBytes -= bytes;
    };
  }

  /** Counts a refusal. @returns the fault to answer it with */
  refuse(reason: RefusalReason): Fault {
    this.#options.onRefused?.(reason);
    return new Fault(reason === "backlog" ? "BACKLOGGED" : "OVERLOADED", DETAILS[reason], { retriable: true });
  }

  /** Waits until an upload may go on. @returns the fault of its next lines if that took too long */
  async roomForUpload(): Promise<Fault | null> {
    const deadlineMs = performance.now() + (this.#options.uploadPatienceMs ?? UPLOAD_PATIENCE_MS);
    for (;;) {
      const reason = this.#pressedBy();
      if (reason === null) return null;
      if (performance.now() >= deadlineMs) return this.refuse(reason);
      await wait(LOOK_AGAIN_MS);
    }
  }

  #fullBy(bytes: number): RefusalReason | null {
    if (this.#openRequests >= this.#limits.maxOpenRequests) return "open_requests";
    return this.#openBytes + bytes > this.#limits.maxOpenBytes ? "open_bytes" : null;
  }

  #pressedBy(): RefusalReason | null {
    const { pressure } = this.#options;
    if (pressure.loopDelayMs() > this.#limits.maxLoopDelayMs) return "loop_delay";
    return pressure.backlogSeconds() > this.#limits.maxBacklogSeconds ? "backlog" : null;
  }
}

const DETAILS: Readonly<Record<RefusalReason, string>> = {
  open_requests: "Too many leads are being taken in at once",
  open_bytes: "Too many bytes are being taken in at once",
  loop_delay: "The process is behind with its work",
  backlog: "Leads come faster than they are decided",
  uploads: "Too many uploads at once",
};
