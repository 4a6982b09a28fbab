import type { Territory } from "./territory.ts";

/** True if both lists say the same in the same order: a lookup over one then answers as one over the other. */
export function sameTerritories(a: readonly Territory[], b: readonly Territory[]): boolean {
  return a === b || sameItems(a, b, sameTerritory);
}

function sameTerritory(a: Territory, b: Territory): boolean {
  return (
    a.territoryId === b.territoryId &&
    a.nodeId === b.nodeId &&
    a.priority === b.priority &&
    sameItems(a.codes, b.codes, Object.is) &&
    sameGeometry(a.geometry, b.geometry)
  );
}

function sameGeometry(a: Territory["geometry"], b: Territory["geometry"]): boolean {
  if (a === null || b === null) return a === b;
  if (a.type === "Polygon" && b.type === "Polygon") return sameRings(a.coordinates, b.coordinates);
  return a.type === "MultiPolygon" && b.type === "MultiPolygon" && sameItems(a.coordinates, b.coordinates, sameRings);
}

type Position = readonly number[];
type RingPositions = readonly Position[];

const sameRings = (a: readonly RingPositions[], b: readonly RingPositions[]): boolean => sameItems(a, b, sameRing);

/** A plan has millions of positions: a loop that reads nothing but numbers makes no garbage of them. */
function sameRing(a: RingPositions, b: RingPositions): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const [one, other] = [a[i]!, b[i]!];
    if (one.length !== other.length) return false;
    for (let axis = 0; axis < one.length; axis++) if (one[axis] !== other[axis]) return false;
  }
  return true;
}

function sameItems<Item>(a: readonly Item[], b: readonly Item[], same: (a: Item, b: Item) => boolean): boolean {
  return a.length === b.length && a.every((item, i) => same(item, b[i]!));
}
