/** What the batch was decided on, as reserve-batch.lua read it. Numbers of leads and keys count from 1. */
export interface RawSnapshot {
  readonly leads: readonly (readonly [number, Buffer])[];
  readonly identities: readonly (readonly [number, Buffer])[];
  readonly fills: Buffer;
  readonly counts: readonly number[];
  readonly floors: readonly number[];
  readonly turn: number;
}

/** A lead's new record, or why it got none. */
export type RawAnswer = Buffer | number;

export type RawReply =
  | { readonly kind: "fenced" }
  | { readonly kind: "reserved"; readonly snapshot: RawSnapshot; readonly answers: readonly RawAnswer[] };

/** Answers of reserve-batch.lua that are no record. */
export const ANSWER_CODES = {
  replayed: 1,
  superseded: 2,
  stale_version: 3,
  already_owned: 4,
  lead_closed: 5,
  no_room: 6,
} as const;

export function readReply(raw: unknown): RawReply {
  const [status, leads, identities, fills, counts, floors, turn, answers] = raw as [
    Buffer,
    (number | Buffer)[],
    (number | Buffer)[],
    Buffer,
    Buffer,
    Buffer[],
    Buffer,
    RawAnswer[],
  ];
  if (status.toString() === "FENCED") return { kind: "fenced" };
  if (status.toString() !== "OK") throw new Error(`reserve-batch.lua answered ${status.toString()}.`);
  const snapshot = {
    leads: readPairs(leads),
    identities: readPairs(identities),
    fills,
    counts: counts.length === 0 ? [] : counts.toString().split(",").map(Number),
    floors: floors.map(Number),
    turn: Number(turn),
  };
  return { kind: "reserved", snapshot, answers };
}

function readPairs(flat: readonly (number | Buffer)[]): [number, Buffer][] {
  const pairs: [number, Buffer][] = [];
  for (let index = 0; index < flat.length; index += 2) pairs.push([flat[index] as number, flat[index + 1] as Buffer]);
  return pairs;
}
