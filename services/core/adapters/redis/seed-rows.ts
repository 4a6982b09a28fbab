import type { ChainableCommander } from "ioredis";
import type { LedgerRow } from "../../domain/ledger/ledger-row.ts";
import type { RedisClient } from "./connect.ts";
import type { LedgerKeys } from "./keys.ts";
import { orUnavailable } from "./ledger-fault.ts";
import { encodeFill, encodeLead } from "./record-codec.ts";
import { type HeldRow, seedHeld } from "./seed-held.ts";
import { encodeWindowEntry } from "./window-entry.ts";

type Value = string | number | Buffer;
type Command = "hset" | "rpush" | "set";

interface Write {
  readonly command: Command;
  readonly key: string;
  readonly values: readonly Value[];
}

/** Rows per round trip: some 1 ms of the server's time. */
const ROWS_PER_CHUNK = 2000;

interface Chunk {
  readonly writes: Map<string, { readonly command: Command; readonly values: Value[] }>;
  readonly held: HeldRow[];
}

/**
 * Writes the rows of one tenant into a namespace that nobody reads yet. The next chunk is made while the server has the
 * last one: each takes half of the time.
 *
 * @param rows a lead's before those of its slots, window entries of a rep and scope oldest first
 */
export async function seedRows(client: RedisClient, keys: LedgerKeys, rows: Iterable<LedgerRow>): Promise<void> {
  let sending = Promise.resolve();
  for (const chunk of chunksOf(rows, keys)) {
    await sending;
    sending = send(client, keys, chunk);
    // Awaited in the next round; if there is none because the rows broke off, that is the error to tell.
    sending.catch(() => undefined);
  }
  await sending;
}

function* chunksOf(rows: Iterable<LedgerRow>, keys: LedgerKeys): Generator<Chunk> {
  let chunk: Chunk = { writes: new Map(), held: [] };
  let rowCount = 0;
  const windows = new WindowOrder();
  for (const row of rows) {
    if (row.kind === "window") windows.expectOrder(row);
    if (row.kind === "held") chunk.held.push(row);
    else addWrite(chunk, writeOf(row, keys));
    rowCount += 1;
    if (rowCount % ROWS_PER_CHUNK > 0) continue;
    yield chunk;
    chunk = { writes: new Map(), held: [] };
  }
  addWrite(chunk, { command: "set", key: keys.clock, values: [windows.newestMs] });
  yield chunk;
}

/** Lists are searched by time, so an entry out of order would be miscounted without a word. */
class WindowOrder {
  newestMs = 0;
  readonly #newestMs = new Map<string, number>();

  expectOrder({ repId, scope, atMs }: Extract<LedgerRow, { kind: "window" }>): void {
    const list = `${scope}:${repId}`;
    if (atMs < (this.#newestMs.get(list) ?? 0))
      throw new Error(`A window entry of ${repId} is older than the one before.`);
    this.#newestMs.set(list, atMs);
    this.newestMs = Math.max(this.newestMs, atMs);
  }
}

function addWrite({ writes }: Chunk, { command, key, values }: Write): void {
  const known = writes.get(key);
  if (known === undefined) writes.set(key, { command, values: [...values] });
  else known.values.push(...values);
}

function writeOf(row: Exclude<LedgerRow, HeldRow>, keys: LedgerKeys): Write {
  switch (row.kind) {
    case "lead":
      return { command: "hset", key: keys.lead, values: [row.leadId, encodeLead(row)] };
    case "rep":
      return { command: "hset", key: keys.fill, values: [row.repId, encodeFill(row)] };
    case "window":
      return { command: "rpush", key: keys.window(row.scope, row.repId), values: [encodeWindowEntry(row)] };
    case "floor":
      return { command: "hset", key: keys.floor, values: [row.nodeId, row.floor] };
    case "identity":
      return { command: "hset", key: keys.identity, values: [row.identityKey, row.leadId] };
    case "turn":
      return { command: "set", key: keys.turn, values: [row.turn] };
  }
}

async function send(client: RedisClient, keys: LedgerKeys, { writes, held }: Chunk): Promise<void> {
  const pipeline: ChainableCommander = client.pipeline();
  for (const [key, { command, values }] of writes) pipeline.call(command, key, ...values);
  for (const [error] of (await orUnavailable(pipeline.exec())) ?? []) {
    if (error !== null) await orUnavailable(Promise.reject(error));
  }
  await seedHeld(client, keys, held);
}
