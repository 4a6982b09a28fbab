/**
 * The process that PGlite runs in: answers the statements of the process that forked it, and ends when that one does.
 * Argument: the data directory, or nothing for a database in memory.
 */
import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";
import { PGlite } from "@electric-sql/pglite";
import { Fault } from "../../domain/fault.ts";
import type { Row } from "../sql/session.ts";
import { sqlState } from "../sql/store-fault.ts";
import { lockDataDirectory, type DataDirectoryLock } from "./log/data-directory-lock.ts";
import { belongToParent } from "./own-process.ts";
import {
  BEGIN,
  CLOSE,
  CLOSING_ID,
  COMMIT,
  OPENING_ID,
  ROLLBACK,
  type PgliteReply,
  type PgliteRequest,
} from "./pglite-messages.ts";
import { createPreparedQuery } from "./pglite-prepared.ts";
import { createTurns } from "./pglite-turns.ts";
import { keepUp } from "./pglite-upkeep.ts";

const KEEP_UP_EVERY_MS = 10_000;
/** For the process of a predecessor that was killed, which ends as soon as its statement does. */
const PREDECESSOR_PATIENCE_MS = 30_000;
const PREDECESSOR_POLL_MS = 10;
/**
 * Otherwise each new segment of the WAL, one for some 6,000 leads, is first filled with 16 MB of zeros, in some 50 ms that
 * nobody is answered in. They make a sync to disk cheaper, which PGlite never asks for.
 */
const NO_ZEROS = "SET wal_init_zero = off";

belongToParent();

async function answer(id: number, work: () => Promise<readonly Row[]>): Promise<void> {
  let reply: PgliteReply;
  try {
    reply = { id, rows: await work() };
  } catch (error) {
    reply = { id, state: sqlState(error) };
  }
  process.send?.(reply);
}

/** Two processes on one directory destroy it, and the one that was killed may have left its PGlite behind for a moment. */
async function lockWhenFree(directory: string): Promise<DataDirectoryLock> {
  const giveUpAtMs = performance.now() + PREDECESSOR_PATIENCE_MS;
  for (;;) {
    try {
      return await lockDataDirectory(`${directory}.lock`);
    } catch (error) {
      const isHeld = error instanceof Fault && error.code === "DATA_DIR_LOCKED";
      if (!isHeld || performance.now() > giveUpAtMs) throw error;
      await delay(PREDECESSOR_POLL_MS);
    }
  }
}

async function open(): Promise<PGlite> {
  const opened = await (directory === undefined ? PGlite.create() : PGlite.create(directory));
  await opened.exec(NO_ZEROS);
  return opened;
}

const directory = process.argv[2];
const locking = directory === undefined ? undefined : lockWhenFree(directory);
const opening = Promise.resolve(locking).then(open);
await answer(OPENING_ID, () => opening.then(() => []));
const database = await opening;
const query = createPreparedQuery(database);

/** A read that broke in would be part of it, and could make it fail. */
let isTransactionOpen = false;

async function run({ text, values }: PgliteRequest): Promise<readonly Row[]> {
  if (values !== null) return query(text, values);
  await database.exec(text);
  if (text === BEGIN) isTransactionOpen = true;
  if (text === COMMIT || text === ROLLBACK) isTransactionOpen = false;
  return [];
}

async function close(): Promise<readonly Row[]> {
  await database.close();
  await (await locking)?.release();
  return [];
}

const turns = createTurns<() => Promise<unknown>>(() => performance.now());
let isBusy = false;

/** One after the other. What has come meanwhile is heard between two of them, or nothing could overtake. */
async function workOff(): Promise<void> {
  if (isBusy) return;
  isBusy = true;
  for (let work = turns.next(!isTransactionOpen); work !== undefined; work = turns.next(!isTransactionOpen)) {
    await work();
    await nextTurn();
  }
  isBusy = false;
}

function take(work: () => Promise<unknown>, mayOvertake = false): void {
  turns.add(work, mayOvertake);
  void workOff();
}

process.on("message", (message: PgliteRequest | typeof CLOSE) => {
  if (message === CLOSE) take(() => answer(CLOSING_ID, close));
  else take(() => answer(message.id, () => run(message)), message.mayOvertake);
});
// What may overtake never breaks into a transaction, in which it can't be done.
setInterval(() => take(() => keepUp(database, query).catch(() => undefined), true), KEEP_UP_EVERY_MS).unref();
