import { Fault } from "../../domain/fault.ts";
import type { Page } from "../../ports/store.ts";

type KeyPart = string | number;
type KeyOf<Kinds extends readonly KeyKind[]> = {
  [Index in keyof Kinds]: Kinds[Index] extends "text" ? string : number;
};
type KeyKind = "text" | "number" | "integer";

/**
 * Where a page ended: the sort key of its last item, and the listing it is from. Opaque to callers, but not secret: it
 * says nothing that the page did not say. A forged key only starts the page elsewhere in what its caller may see.
 */
export function encodeCursor(listing: readonly KeyPart[], key: readonly KeyPart[]): string {
  return Buffer.from(JSON.stringify([listing, key])).toString("base64url");
}

/** Null at the start. A cursor of another listing, or no cursor at all, is a `CURSOR_INVALID` fault. */
export function decodeCursor<const Kinds extends readonly KeyKind[]>(
  cursor: string | null,
  listing: readonly KeyPart[],
  kinds: Kinds,
): KeyOf<Kinds> | null {
  if (cursor === null) return null;
  const parsed = parse(cursor);
  if (!Array.isArray(parsed) || parsed.length !== 2) throw invalid();
  const [of, key] = parsed as readonly unknown[];
  if (JSON.stringify(of) !== JSON.stringify(listing)) throw invalid();
  if (!Array.isArray(key) || key.length !== kinds.length) throw invalid();
  if (!kinds.every((kind, index) => fits(kind, key[index]))) throw invalid();
  return key as unknown as KeyOf<Kinds>;
}

/** Cuts the extra row that was read to know whether there is a next page. */
export function cutPage<T>(rows: readonly T[], limit: number, cursorOf: (item: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    throw invalid();
  }
}

function fits(kind: KeyKind, part: unknown): boolean {
  switch (kind) {
    case "text":
      return typeof part === "string";
    case "number":
      return typeof part === "number" && Number.isFinite(part);
    case "integer":
      return Number.isSafeInteger(part);
  }
}

function invalid(): Fault {
  return new Fault("CURSOR_INVALID", "The cursor is not one that this listing gave out.", { at: "after" });
}
