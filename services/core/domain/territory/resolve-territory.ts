import { createCodeIndex } from "./code-index.ts";
import type { CodeIndex } from "./code-index.ts";
import { createCoverIndex } from "./cover-index.ts";
import { decidingRule } from "./order-territories.ts";
import type { Location, Territory, TerritoryExplanation, TerritoryIndex, TerritoryMatch } from "./territory.ts";

/** Both ways to find a territory, over the same ordered array. */
export interface TerritoryLookup {
  readonly polygons: TerritoryIndex;
  readonly codes: CodeIndex;
}

/** @throws Fault as `orderTerritories` does. */
export function createTerritoryLookup(territories: readonly Territory[]): TerritoryLookup {
  const polygons = createCoverIndex(territories);
  return { polygons, codes: createCodeIndex(polygons.territories) };
}

/** The polygon that holds the point, else the territory with the longest prefix of a code, else none. */
export function resolveTerritory({ polygons, codes }: TerritoryLookup, location: Location): TerritoryMatch {
  const index = polygons.find(location.longitudeDeg ?? NaN, location.latitudeDeg ?? NaN);
  if (index !== -1) return { kind: "polygon", index, territory: polygons.territories[index]!.territory };
  const match = codes.find(location);
  if (match === null) return { kind: "none" };
  return { kind: "code", ...match, territory: polygons.territories[match.index]!.territory };
}

/** The answer of `resolveTerritory`, the rule that decided it, and who else matched. Looks at every polygon. */
export function explainTerritory(lookup: TerritoryLookup, location: Location): TerritoryExplanation {
  const { polygons, codes } = lookup;
  const match = resolveTerritory(lookup, location);
  const idAt = (index: number) => polygons.territories[index]!.territory.territoryId;
  if (match.kind === "none") return { match, decidedBy: null, contenders: [] };
  if (match.kind === "code") {
    const found = codes.findAll(location);
    const decidedBy = codes.decidingRule(match, found[1]);
    return { match, decidedBy, contenders: found.map(({ index }) => idAt(index)) };
  }
  const found = polygons.findAll(location.longitudeDeg ?? NaN, location.latitudeDeg ?? NaN);
  const runnerUp = found.length > 1 ? polygons.territories[found[1]!] : undefined;
  const decidedBy = decidingRule(polygons.territories[match.index]!, runnerUp);
  return { match, decidedBy, contenders: found.map(idAt) };
}
