import type { LedgerLeadStatus } from "../domain/ledger/ledger-row.ts";
import { delimitedTag, doubleTag, varintTag } from "./protobuf-tag.ts";

/** Fields of `CheckpointRow` (checkpoint.proto). */
export const KIND = varintTag(1);
export const NEW_NAME = delimitedTag(2);
export const SUBJECT = varintTag(3);
export const OBJECT = varintTag(4);
export const CHANNEL = varintTag(5);
export const CYCLE = varintTag(6);
export const STATUS = varintTag(7);
export const AT_MS = varintTag(8);
export const LOAD_MILLI = varintTag(9);
export const CREDIT = doubleTag(10);
export const TURN = varintTag(11);
export const FLOOR = doubleTag(12);
export const HELD = varintTag(13);
export const IDENTITY_KEY = delimitedTag(14);
export const VIA = varintTag(15);
export const PLAN_VERSION = varintTag(16);

export const KINDS = {
  tenant: 1,
  lead: 2,
  held: 3,
  rep: 4,
  intake: 5,
  claim: 6,
  floor: 7,
  identity: 8,
  turn: 9,
} as const;
export const STATUSES = [
  "owned",
  "parked",
  "public",
  "duplicate",
  "rejected",
  "dead",
  "released",
  "closed",
] as const satisfies readonly LedgerLeadStatus[];
