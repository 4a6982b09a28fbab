import type { MultiPolygon, Polygon } from "geojson";

/** An area of the world, or a list of codes, bound to one node of the organisation (to a position, not to a person). */
export interface Territory {
  readonly territoryId: string;
  readonly nodeId: string;
  /** The lower number wins where territories overlap. Finite. */
  readonly priority: number;
  /** WGS-84 degrees, split at the antimeridian (RFC 7946 §3.1.9). Null for a territory known by its codes only. */
  readonly geometry: Polygon | MultiPolygon | null;
  /**
   * Code prefixes, used when no polygon answers: `admin:4403` matches the administrative division, `postal:5180` the
   * postal code, and a bare `4403` either of the two. Chinese postal and division codes are both six digits and clash,
   * so say the scheme where both are in use.
   */
  readonly codes: readonly string[];
}

/** What is known about where a lead is. Degrees are WGS-84; convert a GCJ-02 point at the door (`datum.ts`). */
export interface Location {
  readonly latitudeDeg?: number | undefined;
  readonly longitudeDeg?: number | undefined;
  readonly postalCode?: string | undefined;
  readonly adminCode?: string | undefined;
}

/**
 * What made the winner win: it was the only one, or the rule that set it before the runner-up. `prefix` is for codes
 * only: the longer prefix wins before any priority is looked at.
 */
export type OverlapRule = "only" | "prefix" | "priority" | "area" | "id";

/** `index` is the place in the ordered array of the lookup that answered, so it is meaningful with that lookup only. */
export type TerritoryMatch =
  | { readonly kind: "polygon"; readonly index: number; readonly territory: Territory }
  | { readonly kind: "code"; readonly index: number; readonly territory: Territory; readonly prefix: string }
  | { readonly kind: "none" };

export interface TerritoryExplanation {
  readonly match: TerritoryMatch;
  /** Null if nothing matched. */
  readonly decidedBy: OverlapRule | null;
  /** Ids of all territories that matched in the same way, the winner first. */
  readonly contenders: readonly string[];
}

/** Point lookup over ordered territories. All implementations answer alike, border points included. */
export interface TerritoryIndex {
  /** Best first: priority, then smallest area, then id. */
  readonly territories: readonly OrderedTerritory[];
  /** Index into `territories`, or -1 if none contains the point or the point is not on the globe. Never throws. */
  readonly find: (longitudeDeg: number, latitudeDeg: number) => number;
  /** Indexes of all territories that contain the point, best first. Allocates: for explanations, not for the hot path. */
  readonly findAll: (longitudeDeg: number, latitudeDeg: number) => number[];
}

/** A territory at its place in the overlap order, with its geometry as flat parts without degenerate rings. */
export interface OrderedTerritory {
  readonly territory: Territory;
  /** Rounded to the square metre, so that equal shapes with another first vertex still tie. 0 without geometry. */
  readonly areaSquareMeters: number;
  readonly parts: readonly TerritoryPart[];
}

/** One polygon: a shell and its holes. A border point is inside, also on the border of a hole. */
export interface TerritoryPart {
  readonly rings: readonly Ring[];
  readonly bounds: Bounds;
}

/** Closed: the first position is repeated at the end. Longitude, latitude in degrees; further members are ignored. */
export type Ring = readonly (readonly number[])[];

/** Degrees. */
export interface Bounds {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}
