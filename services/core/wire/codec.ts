/** How records of one topic are keyed and written. Decoding never throws. */
export interface Codec<T> {
  /** Record key for the broker; null for topics without one. */
  key(value: T): Uint8Array | null;
  encode(value: T): Uint8Array;
  decode(bytes: Uint8Array): Decoded<T>;
  /** CloudEvents `type` of this topic's records, as `dev.fairlead.decision.v1`. */
  readonly eventType: string;
}

export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  /** `code` is stable; `at` names the field, never its value. */
  | { readonly ok: false; readonly code: string; readonly at: string };
