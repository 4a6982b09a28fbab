import type { Random } from "../random.ts";

/** A process of the simulated installation. Everything it does outside itself goes through the scheduler. */
export class SimProcess {
  readonly name: string;
  isAlive = true;
  /** Stopped by SIGSTOP: nothing of it goes on, and its requests are wherever they were. */
  isPaused = false;
  readonly #mourners = new Set<() => void>();

  constructor(name: string) {
    this.name = name;
  }

  /** Called once if the process is killed. @returns what takes the interest back */
  onDeath(listener: () => void): () => void {
    this.#mourners.add(listener);
    return () => this.#mourners.delete(listener);
  }

  die(): void {
    this.isAlive = false;
    for (const mourn of this.#mourners) mourn();
    this.#mourners.clear();
  }
}

/** What is called, for the count of what went wrong on the way. */
export type CallKind = "ledger" | "read" | "append" | "coordinator" | "store";

export interface CallOptions {
  readonly kind?: CallKind;
  /** The call waits, as a poll for records does, for as long as this is false. */
  readonly isReady?: () => boolean;
  readonly dueAtMs?: number;
  /** The error of a call whose fate its caller can't know. Calls without one never fail on the way. */
  readonly unknownFate?: () => Error;
  /** The request may arrive after its caller gave up or died, or twice. */
  readonly mayArriveLate?: boolean;
  /** What is sent, for a trace. */
  readonly sent?: unknown;
}

/** What happens to a call on its way. */
export type Fate = "done" | "reply_delayed" | "request_lost" | "reply_lost" | "arrives_late" | "arrives_twice";

export interface PendingCall {
  readonly process: SimProcess;
  readonly label: string;
  readonly options: CallOptions;
  readonly effect: () => unknown;
  readonly settle: (outcome: Outcome) => void;
  outcome: Outcome | null;
}

type Outcome =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "error"; readonly error: unknown };

export interface SchedulerHooks {
  /** Decides what becomes of a call that is about to have its effect. */
  fateOf(call: PendingCall): Fate;
  /** Around the effect of each call, so that a process can be killed there. */
  onEffect(call: PendingCall, when: "before" | "after"): void;
  /** Whether a request that may arrive late was sent already when its process died. */
  outlives(call: PendingCall): boolean;
}

/**
 * Runs real asynchronous code one step at a time. A call of a port does nothing until it is chosen; then it has its
 * effect, and then or later its promise is settled and the code behind it runs to its next call. No timer, no thread and
 * no clock of the machine has a say, so a seed gives the same run every time.
 */
export class Scheduler {
  nowMs = Date.UTC(2026, 10, 23, 9);
  steps = 0;
  readonly #random: Random;
  readonly #hooks: SchedulerHooks;
  #pending: PendingCall[] = [];
  /** Requests on the network whose callers no longer wait for them. */
  readonly #late: (() => unknown)[] = [];

  constructor(random: Random, hooks: SchedulerHooks) {
    this.#random = random;
    this.#hooks = hooks;
  }

  call<T>(process: SimProcess, label: string, effect: () => T, options: CallOptions = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      // Code of a dead process may still run to its next call; there it ends.
      if (!process.isAlive) return;
      const settle = (outcome: Outcome): void => {
        if (outcome.kind === "value") resolve(outcome.value as T);
        else reject(outcome.error);
      };
      this.#pending.push({ process, label, options, effect, settle, outcome: null });
    });
  }

  sleep(process: SimProcess, ms: number): Promise<void> {
    return this.call(process, "sleep", () => undefined, { dueAtMs: this.nowMs + ms });
  }

  /** Ends a process. What it had sent may still arrive. */
  kill(process: SimProcess): void {
    const orphans = this.#pending.filter((call) => call.process === process);
    this.#pending = this.#pending.filter((call) => call.process !== process);
    for (const call of orphans) {
      const isUnderWay = call.options.mayArriveLate === true && call.outcome === null;
      if (isUnderWay && this.#hooks.outlives(call)) this.#late.push(call.effect);
    }
    process.die();
  }

  /** Lets one thing happen. @returns false if nothing can */
  async step(): Promise<boolean> {
    this.steps += 1;
    this.nowMs += 1;
    const ready = this.#pending.filter(isReady);
    const choice = this.#random.below(ready.length + this.#late.length);
    const call = ready[choice];
    if (call === undefined) return this.#arriveLate(choice - ready.length);
    this.nowMs = Math.max(this.nowMs, call.options.dueAtMs ?? 0);
    const isAnswered = call.outcome !== null || this.#run(call);
    if (isAnswered && call.process.isAlive) await this.#settle(call);
    return true;
  }

  #arriveLate(index: number): boolean {
    const [effect] = this.#late.splice(index, 1);
    if (effect === undefined) return false;
    try {
      effect();
    } catch {
      // Nobody waits for the answer.
    }
    return true;
  }

  /** @returns false if the caller has to wait on: its answer is delivered when the call is chosen again. */
  #run(call: PendingCall): boolean {
    this.#hooks.onEffect(call, "before");
    if (!call.process.isAlive) return false;
    const fate = this.#hooks.fateOf(call);
    if (fate === "arrives_late" || fate === "arrives_twice") this.#late.push(call.effect);
    const isLost = fate === "request_lost" || fate === "arrives_late";
    const outcome = isLost ? unknown(call) : attempt(call.effect);
    call.outcome = fate === "reply_lost" ? unknown(call) : outcome;
    this.#hooks.onEffect(call, "after");
    return fate !== "reply_delayed";
  }

  async #settle(call: PendingCall): Promise<void> {
    this.#pending = this.#pending.filter((other) => other !== call);
    call.settle(call.outcome!);
    // Everything the answer sets off runs to its next call before the event loop turns.
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

function isReady({ process, options }: PendingCall): boolean {
  return !process.isPaused && (options.isReady === undefined || options.isReady());
}

function attempt(effect: () => unknown): Outcome {
  try {
    return { kind: "value", value: effect() };
  } catch (error) {
    return { kind: "error", error };
  }
}

function unknown({ options, label }: PendingCall): Outcome {
  return { kind: "error", error: options.unknownFate?.() ?? new Error(`${label} can't fail on the way.`) };
}
