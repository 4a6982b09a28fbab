import type { FindingSink } from "./geometry-finding.ts";

export type Point = [x: number, y: number];

/** A closed ring, repeats of a position dropped, that remembers where it came from. */
export interface ParsedRing {
  readonly path: string;
  readonly positions: readonly Point[];
  /** Place of each position in the ring as it was given. */
  readonly sourceIndex: readonly number[];
}

export interface ParsedPolygon {
  readonly path: string;
  /** The shell, then the holes. */
  readonly rings: readonly ParsedRing[];
}

/** Longitudes to 360° are read as continued over the antimeridian; whether they are is decided later. */
const MAX_LONGITUDE_DEG = 360;

/** Reads GeoJSON of unknown shape. A polygon with an error in its structure is reported and left out. */
export function parsePolygons(input: unknown, maxVertices: number, sink: FindingSink): ParsedPolygon[] {
  if (!isRecord(input)) {
    sink.error("malformed", "", "Not a GeoJSON object.");
    return [];
  }
  const { type, coordinates } = input;
  if (type !== "Polygon" && type !== "MultiPolygon") {
    const hint = type === "Feature" ? " Pass the geometry of the feature." : "";
    sink.error("unsupported-type", "/type", `The type must be Polygon or MultiPolygon.${hint}`);
    return [];
  }
  if (!Array.isArray(coordinates)) {
    sink.error("malformed", "/coordinates", "The coordinates must be an array.");
    return [];
  }
  if (type === "Polygon") return parsePolygon(coordinates, "/coordinates", maxVertices, sink);
  return coordinates.flatMap((polygon, i) => parsePolygon(polygon, `/coordinates/${i}`, maxVertices, sink));
}

function parsePolygon(input: unknown, path: string, maxVertices: number, sink: FindingSink): ParsedPolygon[] {
  if (!Array.isArray(input) || !input.every((ring) => Array.isArray(ring))) {
    sink.error("malformed", path, "A polygon must be an array of rings, and a ring an array of positions.");
    return [];
  }
  if (input.length === 0) {
    sink.error("empty", path, "The polygon has no rings.");
    return [];
  }
  // Counted before anything else looks at them, so that a huge input is cheap to refuse.
  const vertices = input.reduce((sum: number, ring: unknown[]) => sum + ring.length, 0);
  if (vertices > maxVertices) {
    sink.error("too-many-vertices", path, `The polygon has ${vertices} vertices; at most ${maxVertices}. Simplify it.`);
    return [];
  }
  const rings = input.map((ring: unknown[], i) => parseRing(ring, `${path}/${i}`, sink));
  const isWhole = rings.every((ring) => ring !== null);
  return isWhole ? [{ path, rings }] : [];
}

function parseRing(input: readonly unknown[], path: string, sink: FindingSink): ParsedRing | null {
  const errorsBefore = sink.errorCount();
  const positions: Point[] = [];
  const sourceIndex: number[] = [];
  for (const [i, raw] of input.entries()) {
    const position = parsePosition(raw, `${path}/${i}`, sink);
    if (position === null) continue;
    const previous = positions.at(-1);
    if (previous !== undefined && previous[0] === position[0] && previous[1] === position[1]) {
      // Of repeats the last is where the next edge starts.
      sourceIndex[sourceIndex.length - 1] = i;
      continue;
    }
    positions.push(position);
    sourceIndex.push(i);
  }
  if (sink.errorCount() > errorsBefore) return null;
  if (input.length < 4) {
    sink.error(
      "ring-too-short",
      path,
      `The ring has ${input.length} positions; a triangle needs 4, the first repeated.`,
    );
    return null;
  }
  const [first, last] = [positions[0]!, positions.at(-1)!];
  if (first[0] !== last[0] || first[1] !== last[1]) {
    sink.error("ring-unclosed", `${path}/${input.length - 1}`, "The last position must repeat the first.");
    return null;
  }
  return { path, positions, sourceIndex };
}

function parsePosition(raw: unknown, path: string, sink: FindingSink): Point | null {
  if (!Array.isArray(raw) || raw.length < 2) {
    sink.error("malformed", path, "A position must be an array of longitude and latitude.");
    return null;
  }
  const [x, y]: unknown[] = raw;
  if (typeof x !== "number" || typeof y !== "number" || !Number.isFinite(x) || !Number.isFinite(y)) {
    sink.error("not-finite", path, "Longitude and latitude must be finite numbers.");
    return null;
  }
  if (Math.abs(y) > 90) {
    sink.error("out-of-range", path, `Latitude ${y} is not within ±90. Longitude comes first; are they swapped?`);
    return null;
  }
  if (Math.abs(x) > MAX_LONGITUDE_DEG) {
    sink.error("out-of-range", path, `Longitude ${x} is not within ±180.`);
    return null;
  }
  return [x, y];
}

function isRecord(input: unknown): input is Record<"type" | "coordinates", unknown> {
  return typeof input === "object" && input !== null && !Array.isArray(input);
}
