import type { MultiPolygon, Polygon } from "geojson";
import { checkPolygon } from "./check-polygon.ts";
import { createFindingSink } from "./geometry-finding.ts";
import type { GeometryFinding } from "./geometry-finding.ts";
import { parsePolygons } from "./parse-polygons.ts";
import type { PolygonRings } from "./split-antimeridian.ts";

export interface GeometryLimits {
  /** All rings of one polygon together. */
  readonly maxVerticesPerPolygon?: number;
  /** A polygon of a smaller mean width (twice the area by the perimeter) is reported as a sliver. */
  readonly sliverWidthMeters?: number;
}

export interface GeometryReport {
  readonly findings: readonly GeometryFinding[];
  /**
   * The geometry to use: rings in RFC 7946 order, split at the antimeridian, without repeated vertices, degenerate rings
   * and altitudes. Null if there is an error.
   */
  readonly geometry: Polygon | MultiPolygon | null;
}

const DEFAULT_MAX_VERTICES = 10_000;
const DEFAULT_SLIVER_METERS = 5;

/** Checks the geometry of one territory, from input of any shape. Never throws: everything wrong is a finding. */
export function validateGeometry(territoryId: string, input: unknown, limits: GeometryLimits = {}): GeometryReport {
  const findings: GeometryFinding[] = [];
  const sink = createFindingSink(territoryId, findings);
  const maxVertices = limits.maxVerticesPerPolygon ?? DEFAULT_MAX_VERTICES;
  const sliverWidthMeters = limits.sliverWidthMeters ?? DEFAULT_SLIVER_METERS;

  const parsed = parsePolygons(input, maxVertices, sink);
  const polygons = parsed.flatMap((polygon) => checkPolygon(polygon, sliverWidthMeters, sink));
  if (polygons.length === 0 && sink.errorCount() === 0) {
    sink.error("empty", "/coordinates", "Nothing is left that has an area.");
  }
  return { findings, geometry: sink.errorCount() > 0 ? null : asGeometry(polygons) };
}

function asGeometry(polygons: readonly PolygonRings[]): Polygon | MultiPolygon {
  const coordinates = polygons.map((rings) => rings.map((ring) => ring.map(([x, y]) => [x, y])));
  const [only, ...others] = coordinates;
  if (only !== undefined && others.length === 0) return { type: "Polygon", coordinates: only };
  return { type: "MultiPolygon", coordinates };
}
