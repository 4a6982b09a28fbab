import type { WindowEntry } from "../../domain/ledger/rep-holdings.ts";
import { readSlot, slotOf } from "../../domain/ledger/rep-holdings.ts";

const HEAD_BYTES = 8;

/**
 * The time as a double, then `channel|lead#cycle`, as in ledger-preamble.lua. Lead ids have no bar, channels may: the last
 * one divides.
 */
export function encodeWindowEntry({ atMs, channel, leadId, cycle }: WindowEntry): Buffer {
  const text = `${channel}|${slotOf(leadId, cycle)}`;
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + Buffer.byteLength(text));
  bytes.writeDoubleLE(atMs, 0);
  bytes.write(text, HEAD_BYTES);
  return bytes;
}

export function decodeWindowEntry(bytes: Buffer): WindowEntry {
  const text = bytes.toString("utf8", HEAD_BYTES);
  const bar = text.lastIndexOf("|");
  return { atMs: bytes.readDoubleLE(0), channel: text.slice(0, bar), ...readSlot(text.slice(bar + 1)) };
}
