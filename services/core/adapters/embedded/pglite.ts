import { mkdir } from "node:fs/promises";
import type { SqlSession, SqlTransaction, SqlValue } from "../sql/session.ts";
import { storableText } from "../sql/storable-text.ts";
import { storeFault } from "../sql/store-fault.ts";
import { BEGIN, COMMIT, ROLLBACK } from "./pglite-messages.ts";
import { startPglite, type PgliteOptions, type RunningPglite } from "./start-pglite.ts";

/** A query, behind the comment that each of our files begins with. */
const READ = /^(?:--.*\n)*SELECT\b/u;

/**
 * PostgreSQL in a process that is forked from this one: a batch takes it tens of milliseconds, for which nothing else would
 * happen in the thread that decides; and when WebAssembly takes Node down (nodejs/node#64500), nobody else goes with it.
 * It is started again then. One connection: statements wait for each other, and reads outside of transactions go first.
 *
 * A killed process loses nothing, a machine that loses power may: PGlite never asks the disk to sync. The projection is
 * rebuilt from the log then.
 *
 * @param onDied told of each process that ended by itself, before its statements fail
 */
export async function openPglite(
  where: { readonly directory: string } | "memory",
  onDied: PgliteOptions["onDied"] = () => undefined,
): Promise<SqlSession> {
  const directory = where === "memory" ? null : where.directory;
  if (directory !== null) {
    await mkdir(directory, { recursive: true }).catch((error: unknown) => {
      throw storeFault(error, "open");
    });
  }
  const running = await keepRunning({ directory, onDied });
  /** Settles with the last transaction that was begun. */
  let turn: Promise<unknown> = Promise.resolve();

  return {
    async query({ name, text }, values) {
      // Nobody else's transaction is open then.
      await turn;
      const pglite = await running.current();
      return pglite.ask(name, { text, values: values.map(storable), mayOvertake: READ.test(text) });
    },
    transaction(work) {
      const result = turn.then(async () => inTransaction(runnerOn(await running.current()), work));
      turn = result.catch(() => undefined);
      return result;
    },
    async close() {
      await turn;
      await running.close();
    },
  };
}

interface KeptRunning {
  /**
   * The one that runs, or another in place of one that has ended. A database in memory has gone with its process.
   * Who asks first gets it first: a statement that fell behind a transaction's beginning would be part of it.
   */
  current(): RunningPglite | Promise<RunningPglite>;
  close(): Promise<void>;
}

async function keepRunning(options: PgliteOptions): Promise<KeptRunning> {
  let latest = await startPglite(options);
  let starting: Promise<RunningPglite> | undefined;
  let isClosed = false;

  function restart(): Promise<RunningPglite> {
    starting = startPglite(options);
    // Before anyone who waits for it goes on.
    starting.then(
      (started) => {
        latest = started;
        starting = undefined;
      },
      () => (starting = undefined),
    );
    return starting;
  }
  return {
    current() {
      if (starting !== undefined) return starting;
      return latest.hasEnded && !isClosed && options.directory !== null ? restart() : latest;
    },
    async close() {
      isClosed = true;
      await starting?.catch(() => undefined);
      await latest.close();
    },
  };
}

/** All of a transaction is asked of the process that it began in: in another one, the rest would be without a beginning. */
function runnerOn(pglite: RunningPglite): SqlTransaction {
  return {
    query: ({ name, text }, values) => pglite.ask(name, { text, values: values.map(storable), mayOvertake: false }),
    async script(name, text) {
      await pglite.ask(name, { text, values: null, mayOvertake: false });
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

const storable = (value: SqlValue): SqlValue => (typeof value === "string" ? storableText(value) : value);
