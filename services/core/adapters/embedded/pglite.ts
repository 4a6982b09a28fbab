import { mkdir } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import type { Row, SqlSession, SqlTransaction, SqlValue } from "../sql/session.ts";
import { storableText } from "../sql/storable-text.ts";
import { faultOfState, storeFault } from "../sql/store-fault.ts";
import {
  BEGIN,
  CLOSE,
  COMMIT,
  OPENING_ID,
  ROLLBACK,
  type PgliteReply,
  type PgliteRequest,
  type PgliteWorkerData,
} from "./pglite-messages.ts";

/** A query, behind the comment that each of our files begins with. */
const READ = /^(?:--.*\n)*SELECT\b/u;

/**
 * PostgreSQL in a thread of this process: a batch takes it tens of milliseconds, for which nothing else would happen in
 * the thread that decides. One connection: statements wait for each other, and reads outside of transactions go first.
 *
 * A killed process loses nothing, a machine that loses power may: PGlite never asks the disk to sync. The projection is
 * rebuilt from the log then.
 *
 * The caller holds the data directory's lock: two processes on one directory destroy it.
 */
export async function openPglite(where: { readonly directory: string } | "memory"): Promise<SqlSession> {
  const directory = where === "memory" ? null : where.directory;
  if (directory !== null) {
    await mkdir(directory, { recursive: true }).catch((error: unknown) => {
      throw storeFault(error, "open");
    });
  }
  const { ask, close } = await startThread({ directory });
  const runner: SqlTransaction = {
    query: ({ name, text }, values) => ask(name, { text, values: values.map(storable), mayOvertake: false }),
    async script(name, text) {
      await ask(name, { text, values: null, mayOvertake: false });
    },
  };
  /** Settles with the last transaction that was begun. */
  let turn: Promise<unknown> = Promise.resolve();

  return {
    async query({ name, text }, values) {
      // Nobody else's transaction is open then.
      await turn;
      return ask(name, { text, values: values.map(storable), mayOvertake: READ.test(text) });
    },
    transaction(work) {
      const result = turn.then(() => inTransaction(runner, work));
      turn = result.catch(() => undefined);
      return result;
    },
    async close() {
      await turn;
      await close();
    },
  };
}

async function inTransaction<T>(runner: SqlTransaction, work: (transaction: SqlTransaction) => Promise<T>): Promise<T> {
  await runner.script("begin", BEGIN);
  try {
    const result = await work(runner);
    await runner.script("commit", COMMIT);
    return result;
  } catch (error) {
    await runner.script("rollback", ROLLBACK).catch(() => undefined);
    throw error;
  }
}

interface Thread {
  ask(name: string, request: Omit<PgliteRequest, "id">): Promise<readonly Row[]>;
  close(): Promise<void>;
}

interface Question {
  /** Of the statement, for the fault. */
  readonly name: string;
  resolve(rows: readonly Row[]): void;
  reject(error: unknown): void;
}

async function startThread(workerData: PgliteWorkerData): Promise<Thread> {
  const worker = new Worker(new URL("./pglite-worker.ts", import.meta.url), { workerData });
  const questions = new Map<number, Question>();
  let lastId = OPENING_ID;
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => {
    worker.once("exit", () => {
      hasEnded = true;
      for (const { name, reject } of questions.values()) reject(faultOfState(null, name));
      questions.clear();
      resolve();
    });
  });
  // What ends a thread is told to those who wait for it; without a listener it would end the process.
  worker.on("error", () => {});
  worker.on("message", (reply: PgliteReply) => {
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

  await expect(OPENING_ID, "open");
  return {
    ask(name, request) {
      lastId += 1;
      worker.postMessage({ ...request, id: lastId } satisfies PgliteRequest);
      return expect(lastId, name);
    },
    async close() {
      worker.postMessage(CLOSE);
      await ended;
    },
  };
}

const storable = (value: SqlValue): SqlValue => (typeof value === "string" ? storableText(value) : value);
