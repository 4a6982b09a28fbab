import { type LedgerRow, WINDOW_HORIZON_MS } from "../../domain/ledger/ledger-row.ts";
import { readSlot } from "../../domain/ledger/rep-holdings.ts";
import type { Fill } from "../../domain/ledger/ledger-state.ts";
import type { RedisClient } from "./connect.ts";
import type { LedgerKeys } from "./keys.ts";
import { orUnavailable } from "./ledger-fault.ts";
import { FILL_BYTES, decodeFill, decodeLead } from "./record-codec.ts";
import { decodeWindowEntry } from "./window-entry.ts";

const SCAN_COUNT = 1000;
const SLICE_BYTES = 256 * 1024;

/** Reads a namespace with scans that never block the server for long; what changes meanwhile may be seen or not. */
export async function* dumpRows(client: RedisClient, keys: LedgerKeys): AsyncGenerator<LedgerRow> {
  for await (const [leadId, record] of scanHash(client, keys.lead)) {
    const entry = decodeLead(record);
    yield { kind: "lead", leadId, ...entry };
    if (entry.status === "owned") yield { kind: "held", repId: entry.ref, leadId, cycle: entry.cycle };
  }
  for await (const [slot, repId] of scanHash(client, keys.leaving)) {
    yield { kind: "held", repId: repId.toString(), ...readSlot(slot) };
  }
  for (const [repId, fill] of await readFills(client, keys)) yield* dumpRep(client, keys, repId, fill);
  for await (const [nodeId, floor] of scanHash(client, keys.floor)) {
    yield { kind: "floor", nodeId, floor: Number(floor) };
  }
  for await (const [identityKey, leadId] of scanHash(client, keys.identity)) {
    yield { kind: "identity", identityKey, leadId: leadId.toString() };
  }
  const turn = await orUnavailable(client.get(keys.turn));
  if (turn !== null) yield { kind: "turn", turn: Number(turn) };
}

/** A rep who gets a place meanwhile is met before, after or twice, and never missed. */
async function readFills(client: RedisClient, keys: LedgerKeys): Promise<ReadonlyMap<string, Fill>> {
  const fills = new Map<string, Fill>();
  for await (const [repId, packed] of scanHash(client, keys.fill)) fills.set(repId, decodeFill(packed));
  const placed = await readSlices(client, keys.fills);
  for await (const [repId, place] of scanHash(client, keys.place)) {
    const offset = Number(place) * FILL_BYTES;
    if (offset < placed.length) fills.set(repId, decodeFill(placed, offset));
  }
  return fills;
}

async function readSlices(client: RedisClient, key: string): Promise<Buffer> {
  const slices: Buffer[] = [];
  const length = await orUnavailable(client.strlen(key));
  for (let start = 0; start < length; start += SLICE_BYTES) {
    slices.push(await orUnavailable(client.getrangeBuffer(key, start, start + SLICE_BYTES - 1)));
  }
  return Buffer.concat(slices);
}

async function* scanHash(client: RedisClient, key: string): AsyncGenerator<readonly [string, Buffer]> {
  let cursor = "0";
  do {
    const [next, flat] = await orUnavailable(client.hscanBuffer(key, cursor, "COUNT", SCAN_COUNT));
    for (let index = 0; index < flat.length; index += 2) yield [flat[index]!.toString(), flat[index + 1]!];
    cursor = next.toString();
  } while (cursor !== "0");
}

/** Whose every charge was zero and whose every slot was freed again has a fill, but is no row. */
async function* dumpRep(client: RedisClient, keys: LedgerKeys, repId: string, fill: Fill): AsyncGenerator<LedgerRow> {
  let isRow = fill.held > 0 || fill.credit > 0 || fill.turn > 0;
  for (const scope of ["intake", "claim"] as const) {
    for await (const row of dumpWindow(client, keys, scope, repId)) {
      isRow = true;
      yield row;
    }
  }
  if (isRow) yield { kind: "rep", repId, ...fill };
}

/** Scripts trim a window only now and then; what is beyond the horizon of its newest entry is no row any more. */
async function* dumpWindow(
  client: RedisClient,
  keys: LedgerKeys,
  scope: "intake" | "claim",
  repId: string,
): AsyncGenerator<LedgerRow> {
  const list = await orUnavailable(client.lrangeBuffer(keys.window(scope, repId), 0, -1));
  const entries = list.map(decodeWindowEntry);
  const outMs = (entries.at(-1)?.atMs ?? 0) - WINDOW_HORIZON_MS;
  for (const entry of entries) if (entry.atMs > outMs) yield { kind: "window", repId, scope, ...entry };
}
