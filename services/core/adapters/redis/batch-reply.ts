/** What the batch was decided on, as reserve-batch.lua read it. Numbers of leads, keys, reps and caps count from 1. */
export interface RawSnapshot {
  readonly leads: readonly (readonly [number, Buffer])[];
  readonly identities: readonly (readonly [number, Buffer])[];
  /** Of each stretch of reps. */
  readonly fills: readonly Buffer[];
  /** Rep, cap and the count of each of its windows, again and again. */
  readonly counted: readonly number[];
  readonly floors: readonly number[];
  readonly turn: number;
}

export type RawReply =
  | { readonly kind: "fenced" }
  /** Answers: of each lead its new record, or one of ANSWER_CODES. */
  | { readonly kind: "reserved"; readonly snapshot: RawSnapshot; readonly answers: Buffer };

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
  const [status, leads, identities, fills, counted, floors, turn, answers] = raw as [
    Buffer,
    (number | Buffer)[],
    (number | Buffer)[],
    Buffer[],
    number[],
    Buffer,
    Buffer,
    Buffer,
  ];
  if (status.toString() === "FENCED") return { kind: "fenced" };
  if (status.toString() !== "OK") throw new Error(`reserve-batch.lua answered ${status.toString()}.`);
  const snapshot = {
    leads: readPairs(leads),
    identities: readPairs(identities),
    fills,
    counted,
    floors: floors.length === 0 ? [] : floors.toString().split(",").map(Number),
    turn: Number(turn),
  };
  return { kind: "reserved", snapshot, answers };
}

function readPairs(flat: readonly (number | Buffer)[]): [number, Buffer][] {
  const pairs: [number, Buffer][] = [];
  for (let index = 0; index < flat.length; index += 2) pairs.push([flat[index] as number, flat[index + 1] as Buffer]);
  return pairs;
}
