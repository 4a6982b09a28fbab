import type { ChainableCommander } from "ioredis";
import type { LedgerRow } from "../../domain/ledger/ledger-row.ts";
import { slotOf } from "../../domain/ledger/rep-holdings.ts";
import type { RedisClient } from "./connect.ts";
import type { LedgerKeys } from "./keys.ts";
import { orUnavailable } from "./ledger-fault.ts";
import { encodeFill, encodeLead } from "./record-codec.ts";
import { windowMember } from "./window-member.ts";

type Value = string | number | Buffer;
type Command = "hset" | "sadd" | "zadd" | "set";

interface Write {
  readonly command: Command;
  readonly key: string;
  readonly values: readonly Value[];
}

/** Rows per round trip: some 1 ms of the server's time. */
const ROWS_PER_CHUNK = 2000;

type Chunk = Map<string, { readonly command: Command; readonly values: Value[] }>;

/**
 * Writes the rows of one tenant into a namespace that nobody reads yet. The next chunk is made while the server has the
 * last one: each takes half of the time.
 */
export async function seedRows(client: RedisClient, keys: LedgerKeys, rows: Iterable<LedgerRow>): Promise<void> {
  let sending = Promise.resolve();
  for (const chunk of chunksOf(rows, keys)) {
    await sending;
    sending = send(client, chunk);
    // Awaited in the next round; if there is none because the rows broke off, that is the error to tell.
    sending.catch(() => undefined);
  }
  await sending;
}

function* chunksOf(rows: Iterable<LedgerRow>, keys: LedgerKeys): Generator<Chunk> {
  let chunk: Chunk = new Map();
  let rowCount = 0;
  for (const row of rows) {
    const { command, key, values } = writeOf(row, keys);
    const known = chunk.get(key);
    if (known === undefined) chunk.set(key, { command, values: [...values] });
    else known.values.push(...values);
    rowCount += 1;
    if (rowCount % ROWS_PER_CHUNK > 0) continue;
    yield chunk;
    chunk = new Map();
  }
  if (chunk.size > 0) yield chunk;
}

function writeOf(row: LedgerRow, keys: LedgerKeys): Write {
  switch (row.kind) {
    case "lead":
      return { command: "hset", key: keys.lead, values: [row.leadId, encodeLead(row)] };
    case "rep":
      return { command: "hset", key: keys.fill, values: [row.repId, encodeFill(row)] };
    case "held":
      return { command: "sadd", key: keys.held(row.repId), values: [slotOf(row.leadId, row.cycle)] };
    case "window":
      return { command: "zadd", key: keys.window(row.scope, row.repId), values: [row.atMs, windowMember(row)] };
    case "floor":
      return { command: "hset", key: keys.floor, values: [row.nodeId, row.floor] };
    case "identity":
      return { command: "hset", key: keys.identity, values: [row.identityKey, row.leadId] };
    case "turn":
      return { command: "set", key: keys.turn, values: [row.turn] };
  }
}

async function send(client: RedisClient, chunk: Chunk): Promise<void> {
  const pipeline: ChainableCommander = client.pipeline();
  for (const [key, { command, values }] of chunk) pipeline.call(command, key, ...values);
  for (const [error] of (await orUnavailable(pipeline.exec())) ?? []) {
    if (error !== null) await orUnavailable(Promise.reject(error));
  }
}
