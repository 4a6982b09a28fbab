import type { Row } from "../sql/session.ts";
import { OpenQuestions } from "./open-questions.ts";
import { forkOwn } from "./own-process.ts";
import { CLOSE, CLOSING_ID, OPENING_ID, type PgliteReply, type PgliteRequest } from "./pglite-messages.ts";

const MODULE = new URL("./pglite-process.ts", import.meta.url);

/** PGlite in a process of its own, with an open database. */
export interface RunningPglite {
  /** Nothing is answered any more. */
  readonly hasEnded: boolean;
  /**
   * @param name of the statement, for the fault
   * @throws Fault `STORE_UNAVAILABLE`, also if the process ends before it has answered
   */
  ask(name: string, request: Omit<PgliteRequest, "id">): Promise<readonly Row[]>;
  /** Resolves when the process is gone. */
  close(): Promise<void>;
}

/** How a process ended that nobody had asked to: by a signal, or with an exit code. */
export interface PgliteDeath {
  readonly signal: NodeJS.Signals | null;
  readonly exitCode: number | null;
}

export interface PgliteOptions {
  /** Null for a database in memory. */
  readonly directory: string | null;
  readonly onDied: (death: PgliteDeath) => void;
}

/** Node that dies while it compiles PGlite (nodejs/node#64500) most likely lives the next time. */
const ATTEMPTS = 3;

/** @throws Fault `STORE_UNAVAILABLE` */
export async function startPglite(options: PgliteOptions, attemptsLeft = ATTEMPTS): Promise<RunningPglite> {
  const { directory, onDied } = options;
  const child = forkOwn(MODULE, directory === null ? [] : [directory], { serialization: "advanced" });
  const questions = new OpenQuestions();
  let lastId = OPENING_ID;
  let isOpen = false;
  let isClosing = false;
  child.on("message", (reply: PgliteReply) => questions.settle(reply));
  child.once("exit", (exitCode, signal) => {
    // One that exits before it is open has said why.
    if (!isClosing && (isOpen || signal !== null)) onDied({ signal, exitCode });
    questions.end();
  });
  // Also of a message that came too late to be sent: its question is answered when the process ends.
  child.on("error", () => child.pid === undefined && questions.end());

  try {
    await questions.expect(OPENING_ID, "open");
    isOpen = true;
  } catch (fault) {
    if (child.signalCode === null || attemptsLeft === 1) throw fault;
    return startPglite(options, attemptsLeft - 1);
  }
  return {
    get hasEnded() {
      return questions.hasEnded;
    },
    ask(name, request) {
      lastId += 1;
      const reply = questions.expect(lastId, name);
      if (!questions.hasEnded) child.send({ ...request, id: lastId } satisfies PgliteRequest);
      return reply;
    },
    async close() {
      isClosing = true;
      if (questions.hasEnded) return;
      const exited = new Promise((resolve) => child.once("exit", resolve));
      const reply = questions.expect(CLOSING_ID, "close");
      child.send(CLOSE);
      // What it can't close is as after a kill, which loses nothing.
      await reply.catch(() => undefined);
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
