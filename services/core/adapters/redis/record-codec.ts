import type { DecisionVia } from "../../domain/decision/log-record.ts";
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

const VIA_CODES = { routed: 1, rerouted: 2, claimed: 3, transferred: 4 } as const satisfies Record<DecisionVia, number>;
const VIAS: readonly (DecisionVia | null)[] = [null, "routed", "rerouted", "claimed", "transferred"];

/** By number, as in ledger-preamble.lua; 0 for none. */
export const viaCode = (via: DecisionVia | null): number => (via === null ? 0 : VIA_CODES[via]);

const HEAD_BYTES = 50;
export const FILL_BYTES = 32;

/** `<I4BBI4ddddd` and the ref: doubles, because a charge has to come back to the last bit. */
export function encodeLead(entry: LeadEntry): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + Buffer.byteLength(entry.ref));
  writeLead(bytes, 0, entry);
  return bytes;
}

/** At most this long. */
export const leadBytes = ({ ref }: LeadEntry): number => HEAD_BYTES + ref.length * 3;

/** Returns where it ends. */
export function writeLead(bytes: Buffer, start: number, entry: LeadEntry): number {
  bytes.writeUInt32LE(entry.cycle, start);
  bytes[start + 4] = statusCode(entry.status);
  bytes[start + 5] = viaCode(entry.via);
  bytes.writeUInt32LE(entry.planVersion, start + 6);
  bytes.writeDoubleLE(entry.atMs, start + 10);
  bytes.writeDoubleLE(entry.loadMilli, start + 18);
  bytes.writeDoubleLE(entry.credit, start + 26);
  bytes.writeDoubleLE(entry.turn, start + 34);
  bytes.writeDoubleLE(entry.floor, start + 42);
  return start + HEAD_BYTES + bytes.write(entry.ref, start + HEAD_BYTES);
}

export function decodeLead(bytes: Buffer): LeadEntry {
  const status = STATUSES[bytes[4]! - 1];
  const via = VIAS[bytes[5]!];
  if (status === undefined) throw new Error(`A lead record in Redis has the unknown status ${bytes[4]}.`);
  if (via === undefined) throw new Error(`A lead record in Redis has the unknown via ${bytes[5]}.`);
  return {
    cycle: bytes.readUInt32LE(0),
    status,
    via,
    planVersion: bytes.readUInt32LE(6),
    atMs: bytes.readDoubleLE(10),
    loadMilli: bytes.readDoubleLE(18),
    credit: bytes.readDoubleLE(26),
    turn: bytes.readDoubleLE(34),
    floor: bytes.readDoubleLE(42),
    ref: bytes.toString("utf8", HEAD_BYTES),
  };
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
