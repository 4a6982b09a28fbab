import type { LedgerLeadStatus } from "../../domain/ledger/ledger-row.ts";
import type { Fill, LeadEntry } from "../../domain/ledger/ledger-state.ts";

/** By number, as in ledger-preamble.lua. */
const STATUSES = [
  "owned",
  "parked",
  "public",
  "duplicate",
  "rejected",
  "dead",
  "released",
  "closed",
] as const satisfies readonly LedgerLeadStatus[];

export const statusCode = (status: LedgerLeadStatus): number => STATUSES.indexOf(status) + 1;

const HEAD_BYTES = 45;
export const FILL_BYTES = 32;

/** `<I4Bddddd` and the ref: doubles, because a charge has to come back to the last bit. */
export function encodeLead(entry: LeadEntry): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + Buffer.byteLength(entry.ref));
  bytes.writeUInt32LE(entry.cycle, 0);
  bytes[4] = statusCode(entry.status);
  bytes.writeDoubleLE(entry.atMs, 5);
  bytes.writeDoubleLE(entry.loadMilli, 13);
  bytes.writeDoubleLE(entry.credit, 21);
  bytes.writeDoubleLE(entry.turn, 29);
  bytes.writeDoubleLE(entry.floor, 37);
  bytes.write(entry.ref, HEAD_BYTES);
  return bytes;
}

export function decodeLead(bytes: Buffer): LeadEntry {
  const status = STATUSES[bytes[4]! - 1];
  if (status === undefined) throw new Error(`A lead record in Redis has the unknown status ${bytes[4]}.`);
  return {
    cycle: bytes.readUInt32LE(0),
    status,
    atMs: bytes.readDoubleLE(5),
    loadMilli: bytes.readDoubleLE(13),
    credit: bytes.readDoubleLE(21),
    turn: bytes.readDoubleLE(29),
    floor: bytes.readDoubleLE(37),
    ref: bytes.toString("utf8", HEAD_BYTES),
  };
}

/** Whether the record is of this entry, without decoding it. */
export function isRecordOf(bytes: Buffer, entry: LeadEntry): boolean {
  return (
    bytes.readUInt32LE(0) === entry.cycle &&
    bytes[4] === statusCode(entry.status) &&
    bytes.readDoubleLE(5) === entry.atMs &&
    bytes.readDoubleLE(13) === entry.loadMilli &&
    bytes.readDoubleLE(21) === entry.credit &&
    bytes.readDoubleLE(29) === entry.turn &&
    bytes.readDoubleLE(37) === entry.floor &&
    bytes.toString("utf8", HEAD_BYTES) === entry.ref
  );
}

export function encodeFill(fill: Readonly<Fill>): Buffer {
  const bytes = Buffer.allocUnsafe(FILL_BYTES);
  bytes.writeDoubleLE(fill.held, 0);
  bytes.writeDoubleLE(fill.loadMilli, 8);
  bytes.writeDoubleLE(fill.credit, 16);
  bytes.writeDoubleLE(fill.turn, 24);
  return bytes;
}

export function decodeFill(bytes: Buffer, offset = 0): Fill {
  return {
    held: bytes.readDoubleLE(offset),
    loadMilli: bytes.readDoubleLE(offset + 8),
    credit: bytes.readDoubleLE(offset + 16),
    turn: bytes.readDoubleLE(offset + 24),
  };
}
