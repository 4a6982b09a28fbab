import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import type { Row } from "../sql/session.ts";
import { sqlState } from "../sql/store-fault.ts";
import { CLOSE, OPENING_ID, type PgliteReply, type PgliteRequest, type PgliteWorkerData } from "./pglite-messages.ts";
import { createPreparedQuery } from "./pglite-prepared.ts";
import { keepUp } from "./pglite-upkeep.ts";

const KEEP_UP_EVERY_MS = 10_000;

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
  await opening;
  return [];
});
const database = await opening;
const query = createPreparedQuery(database);

async function run({ text, values }: PgliteRequest): Promise<readonly Row[]> {
  if (values !== null) return query(text, values);
  await database.exec(text);
  return [];
}

/** Settles with the last work that was begun: one after the other. */
let turn: Promise<unknown> = Promise.resolve();
const inTurn = (work: () => Promise<unknown>): void => {
  turn = turn.then(work);
};

port.on("message", (message: PgliteRequest | typeof CLOSE) => {
  if (message !== CLOSE) inTurn(() => answer(message.id, () => run(message)));
  else inTurn(() => database.close().finally(() => port.close()));
});
// In a transaction that has failed it can't be done: the next time will do.
setInterval(() => inTurn(() => keepUp(database, query).catch(() => undefined)), KEEP_UP_EVERY_MS).unref();
