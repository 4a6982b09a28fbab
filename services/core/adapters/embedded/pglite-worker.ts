import { setImmediate as nextTurn } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import type { Row } from "../sql/session.ts";
import { sqlState } from "../sql/store-fault.ts";
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
import { createPreparedQuery } from "./pglite-prepared.ts";
import { createTurns } from "./pglite-turns.ts";
import { keepUp } from "./pglite-upkeep.ts";

const KEEP_UP_EVERY_MS = 10_000;
/**
 * Otherwise each new segment of the WAL, one for some 6,000 leads, is first filled with 16 MB of zeros, in some 50 ms that
 * nobody is answered in. They make a sync to disk cheaper, which PGlite never asks for.
 */
const NO_ZEROS = "SET wal_init_zero = off";

const port = parentPort;
if (port === null) throw new Error("This module runs as a worker thread.");

async function answer(id: number, work: () => Promise<readonly Row[]>): Promise<void> {
  let reply: PgliteReply;
  try {
    reply = { id, rows: await work() };
  } catch (error) {
    reply = { id, state: sqlState(error) };
  }
  port?.postMessage(reply);
}

const { directory } = workerData as PgliteWorkerData;
const opening = directory === null ? PGlite.create() : PGlite.create(directory);
await answer(OPENING_ID, async () => {
  await (await opening).exec(NO_ZEROS);
  return [];
});
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

port.on("message", (message: PgliteRequest | typeof CLOSE) => {
  if (message !== CLOSE) take(() => answer(message.id, () => run(message)), message.mayOvertake);
  else take(() => database.close().finally(() => port.close()));
});
// In a transaction that has failed it can't be done: the next time will do.
setInterval(() => take(() => keepUp(database, query).catch(() => undefined)), KEEP_UP_EVERY_MS).unref();
