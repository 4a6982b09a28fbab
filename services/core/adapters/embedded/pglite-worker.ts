import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import type { Row } from "../sql/session.ts";
import { sqlState } from "../sql/store-fault.ts";
import { CLOSE, OPENING_ID, type PgliteReply, type PgliteRequest, type PgliteWorkerData } from "./pglite-messages.ts";

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

async function run({ text, values }: PgliteRequest): Promise<readonly Row[]> {
  if (values !== null) return (await database.query<Row>(text, [...values])).rows;
  await database.exec(text);
  return [];
}

port.on("message", (message: PgliteRequest | typeof CLOSE) => {
  if (message !== CLOSE) void answer(message.id, () => run(message));
  else void database.close().finally(() => port.close());
});
