import { compareIds } from "./order-territories.ts";
import type { OrderedTerritory, OverlapRule } from "./territory.ts";

export interface CodeQuery {
  readonly adminCode?: string | undefined;
  readonly postalCode?: string | undefined;
}

export interface CodeMatch {
  /** Index into the ordered territories. */
  readonly index: number;
  /** The prefix that matched, in capitals and without spaces and hyphens. */
  readonly prefix: string;
}

export interface CodeIndex {
  /** The territory with the longest prefix of either code; then priority, then id. Null if none has a prefix of them. */
  find(query: CodeQuery): CodeMatch | null;
  /** Every territory with a prefix of either code, with its longest, the winner first. For explanations. */
  findAll(query: CodeQuery): CodeMatch[];
  /** The rule that put `winner` before `runnerUp`. */
  decidingRule(winner: CodeMatch, runnerUp: CodeMatch | undefined): OverlapRule;
}

/** Real codes have up to 12 characters. Bounds the work on a hostile one. */
const MAX_CODE_LENGTH = 32;

/**
 * Longest-prefix match over the codes of ordered territories (see `Territory.codes` for how they are written). Case,
 * spaces and hyphens do not count: `SW1A 1AA` is `sw1a1aa`.
 */
export function createCodeIndex(territories: readonly OrderedTerritory[]): CodeIndex {
  const order = (a: number, b: number) =>
    territories[a]!.territory.priority - territories[b]!.territory.priority ||
    compareIds(territories[a]!.territory, territories[b]!.territory);

  const holders = { admin: new Map<string, number[]>(), postal: new Map<string, number[]>() };
  for (const [index, { territory }] of territories.entries()) {
    for (const code of territory.codes) {
      const { prefix, isAdmin, isPostal } = readPrefix(code);
      if (prefix === "") continue;
      if (isAdmin) addHolder(holders.admin, prefix, index);
      if (isPostal) addHolder(holders.postal, prefix, index);
    }
  }
  for (const list of [...holders.admin.values(), ...holders.postal.values()]) list.sort(order);

  /** Holders of the prefixes of this length, best first. */
  function holdersAt(admin: string, postal: string, length: number): CodeMatch[] {
    const matches: CodeMatch[] = [];
    for (const [code, byPrefix] of [
      [admin, holders.admin],
      [postal, holders.postal],
    ] as const) {
      if (length > code.length) continue;
      const prefix = code.slice(0, length);
      for (const index of byPrefix.get(prefix) ?? []) matches.push({ index, prefix });
    }
    return matches.sort((a, b) => order(a.index, b.index));
  }

  function find({ adminCode, postalCode }: CodeQuery): CodeMatch | null {
    const admin = normalizeCode(adminCode ?? "");
    const postal = normalizeCode(postalCode ?? "");
    for (let length = Math.max(admin.length, postal.length); length > 0; length--) {
      const [best] = holdersAt(admin, postal, length);
      if (best !== undefined) return best;
    }
    return null;
  }

  function findAll({ adminCode, postalCode }: CodeQuery): CodeMatch[] {
    const admin = normalizeCode(adminCode ?? "");
    const postal = normalizeCode(postalCode ?? "");
    const byIndex = new Map<number, CodeMatch>();
    for (let length = Math.max(admin.length, postal.length); length > 0; length--) {
      for (const match of holdersAt(admin, postal, length)) {
        if (!byIndex.has(match.index)) byIndex.set(match.index, match);
      }
    }
    return [...byIndex.values()];
  }

  function decidingRule(winner: CodeMatch, runnerUp: CodeMatch | undefined): OverlapRule {
    if (runnerUp === undefined) return "only";
    if (winner.prefix.length !== runnerUp.prefix.length) return "prefix";
    const [first, second] = [territories[winner.index]!.territory, territories[runnerUp.index]!.territory];
    return first.priority === second.priority ? "id" : "priority";
  }

  return { find, findAll, decidingRule };
}

/** Capitals without spaces and hyphens, cut to a sane length. */
export function normalizeCode(code: string): string {
  return code
    .slice(0, 2 * MAX_CODE_LENGTH)
    .replaceAll(/[\s-]/gu, "")
    .toUpperCase()
    .slice(0, MAX_CODE_LENGTH);
}

function readPrefix(code: string): { prefix: string; isAdmin: boolean; isPostal: boolean } {
  const [, scheme, rest] = /^(?:(admin|postal):)?(.*)$/su.exec(code)!;
  return { prefix: normalizeCode(rest!), isAdmin: scheme !== "postal", isPostal: scheme !== "admin" };
}

function addHolder(byPrefix: Map<string, number[]>, prefix: string, index: number): void {
  const list = byPrefix.get(prefix);
  if (list === undefined) byPrefix.set(prefix, [index]);
  else if (!list.includes(index)) list.push(index);
}
