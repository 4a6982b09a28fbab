import type { Entry } from "../../ports/log.ts";
import type { Codec } from "../../wire/codec.ts";

export interface RawRecord {
  readonly offset: number;
  readonly appendedAtMs: number;
  readonly key: Uint8Array | null;
  /** Null is Kafka's tombstone, which we never write. */
  readonly value: Uint8Array | null;
}

export function decodeRecord<T>(codec: Codec<T>, { offset, appendedAtMs, key, value }: RawRecord): Entry<T> {
  const decoded = value === null ? ({ ok: false, code: "RECORD_UNDECODABLE", at: "" } as const) : codec.decode(value);
  const bytes = value ?? new Uint8Array();
  if (decoded.ok) return { offset, appendedAtMs, key, bytes, kind: "value", value: decoded.value };
  return { offset, appendedAtMs, kind: "poison", key, bytes, code: decoded.code, at: decoded.at };
}
