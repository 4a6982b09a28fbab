import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Row } from "../sql/session.ts";
import { faultOfState } from "../sql/store-fault.ts";
import { CLOSE, CLOSING_ID, OPENING_ID, type PgliteReply, type PgliteRequest } from "./pglite-messages.ts";

const MODULE = fileURLToPath(new URL("./pglite-process.ts", import.meta.url));

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

interface Question {
  readonly name: string;
  resolve(rows: readonly Row[]): void;
  reject(error: unknown): void;
}

/** Node that dies while it compiles PGlite (nodejs/node#64500) most likely lives the next time. */
const ATTEMPTS = 3;

/**
 * @param directory null for a database in memory
 * @throws Fault `STORE_UNAVAILABLE`
 */
export async function startPglite(directory: string | null, attemptsLeft = ATTEMPTS): Promise<RunningPglite> {
  const child = fork(MODULE, directory === null ? [] : [directory], { serialization: "advanced", execArgv: [] });
  const questions = new Map<number, Question>();
  let lastId = OPENING_ID;
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      hasEnded = true;
      for (const { name, reject } of questions.values()) reject(faultOfState(null, name));
      questions.clear();
      resolve();
    };
    child.once("exit", end);
    // Also of a message that came too late to be sent: its question is answered when the process ends.
    child.on("error", () => child.pid === undefined && end());
  });
  child.on("message", (reply: PgliteReply) => {
    const question = questions.get(reply.id);
    questions.delete(reply.id);
    if ("rows" in reply) question?.resolve(reply.rows);
    else question?.reject(faultOfState(reply.state, question.name));
  });

  function expect(id: number, name: string): Promise<readonly Row[]> {
    return new Promise((resolve, reject) => {
      if (hasEnded) reject(faultOfState(null, name));
      else questions.set(id, { name, resolve, reject });
    });
  }

  try {
    await expect(OPENING_ID, "open");
  } catch (fault) {
    if (child.signalCode === null || attemptsLeft === 1) throw fault;
    return startPglite(directory, attemptsLeft - 1);
  }
  return {
    get hasEnded() {
      return hasEnded;
    },
    ask(name, request) {
      lastId += 1;
      const reply = expect(lastId, name);
      if (!hasEnded) child.send({ ...request, id: lastId } satisfies PgliteRequest);
      return reply;
    },
    async close() {
      const reply = expect(CLOSING_ID, "close");
      if (!hasEnded) child.send(CLOSE);
      // What it can't close is as after a kill, which loses nothing.
      await reply.catch(() => undefined);
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
