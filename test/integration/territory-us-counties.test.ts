import { booleanPointInPolygon } from "@turf/turf";
import type { MultiPolygon, Polygon } from "geojson";
import { beforeAll, describe, expect, it } from "vitest";
import { LOWER_48, borderPoints, loadUsCounties, ringsOf, uniformPoints } from "../../bench/micro/territory-data.ts";
import type { Points } from "../../bench/micro/territory-data.ts";
import { createCoverIndex } from "../../services/core/domain/territory/cover-index.ts";
import { bruteForceLookup, createExactIndex } from "../../services/core/domain/territory/point-in-territory.ts";
import type { Territory, TerritoryIndex } from "../../services/core/domain/territory/territory.ts";

const SEED = 20_261_122;
const RANDOM_COUNT = 100_000;
const BORDER_COUNT = 20_000;
const WORLD = { minX: -180, minY: -90, maxX: 180, maxY: 90 };

/** Knows nothing of the code under test: boxes, Turf, and the best priority by comparison. Rings without area dropped. */
function createIndependentScan(territories: readonly Territory[]): (lon: number, lat: number) => string | undefined {
  const shapes = territories.map(({ territoryId, priority, geometry }) => {
    const polygons = geometry!.type === "Polygon" ? [geometry!.coordinates] : geometry!.coordinates;
    const coordinates = polygons
      .filter(([shell]) => hasArea(shell!))
      .map(([shell, ...holes]) => [shell!, ...holes.filter(hasArea)]);
    const xs = coordinates.flat(2).map(([x]) => x!);
    const ys = coordinates.flat(2).map(([, y]) => y!);
    const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)] as const;
    return { territoryId, priority, box, multiPolygon: { type: "MultiPolygon", coordinates } satisfies MultiPolygon };
  });
  const boxes = Float64Array.from(shapes.flatMap(({ box }) => box));
  return (lon, lat) => {
    let best: (typeof shapes)[number] | undefined;
    for (let i = 0, b = 0; i < shapes.length; i++, b += 4) {
      if (lon < boxes[b]! || lat < boxes[b + 1]! || lon > boxes[b + 2]! || lat > boxes[b + 3]!) continue;
      const shape = shapes[i]!;
      if (best !== undefined && best.priority < shape.priority) continue;
      if (booleanPointInPolygon([lon, lat], shape.multiPolygon)) best = shape;
    }
    return best?.territoryId;
  };
}

/** A ring with three corners that are not on one line. */
function hasArea(ring: Polygon["coordinates"][number]): boolean {
  const [x0, y0] = ring[0] as [number, number];
  const twiceArea = ring.slice(1).reduce((sum, [x, y], i) => {
    const [px, py] = ring[i] as [number, number];
    return sum + (px - x0) * (y! - y0) - (x! - x0) * (py - y0);
  }, 0);
  return Math.abs(twiceArea) > 1e-15;
}

function forEachPoint(points: Points, visit: (lon: number, lat: number, i: number) => void): void {
  for (let i = 0; i < points.length; i += 2) visit(points[i]!, points[i + 1]!, i / 2);
}

function everyNth(points: Points, n: number): number[] {
  return [...points].filter((_, i) => Math.floor(i / 2) % n === 0);
}

describe(`US counties, seed ${SEED}`, () => {
  let territories: Territory[];
  let cover: TerritoryIndex;
  let exact: TerritoryIndex;
  let random: Points;
  let border: Points;

  beforeAll(() => {
    territories = loadUsCounties(SEED);
    cover = createCoverIndex(territories);
    exact = createExactIndex(territories);
    // A tenth over the whole globe: the Aleutians reach the antimeridian, and most of it is nobody's.
    const inland = uniformPoints(RANDOM_COUNT * 0.9, LOWER_48, SEED);
    random = new Float64Array([...inland, ...uniformPoints(RANDOM_COUNT * 0.1, WORLD, SEED + 1)]);
    border = borderPoints(BORDER_COUNT, territories, SEED + 2);
  });

  /** Coordinates of the points for which the two answers differ. */
  function differences(points: Points, other: (lon: number, lat: number) => string | undefined): string[] {
    const found: string[] = [];
    forEachPoint(points, (lon, lat) => {
      const id = cover.territories[cover.find(lon, lat)]?.territory.territoryId;
      if (id !== other(lon, lat)) found.push(`${lon},${lat}`);
    });
    return found;
  }

  function ownerByExactIndex(lon: number, lat: number): string | undefined {
    return exact.territories[exact.find(lon, lat)]?.territory.territoryId;
  }

  function ownerByScan(lon: number, lat: number): string | undefined {
    return cover.territories[bruteForceLookup(cover.territories, lon, lat)]?.territory.territoryId;
  }

  it("has the points the test is about: on land, and on borders that several counties share", () => {
    let inside = 0;
    forEachPoint(random, (lon, lat) => (inside += cover.find(lon, lat) === -1 ? 0 : 1));
    expect(inside).toBeGreaterThan(RANDOM_COUNT / 3);
    let shared = 0;
    forEachPoint(border, (lon, lat) => (shared += exact.findAll(lon, lat).length > 1 ? 1 : 0));
    expect(shared).toBeGreaterThan(BORDER_COUNT / 4);
  });

  it("answers 100,000 random points as an R-tree with Turf and as an independent scan do (G4)", () => {
    expect(differences(random, ownerByExactIndex)).toEqual([]);
    expect(differences(random, createIndependentScan(territories))).toEqual([]);
  });

  it("answers 20,000 points on vertices and edges as an R-tree with Turf and as an independent scan do (G1)", () => {
    expect(differences(border, ownerByExactIndex)).toEqual([]);
    expect(differences(border, createIndependentScan(territories))).toEqual([]);
  });

  it("answers every corner of every county alike", () => {
    const corners = Float64Array.from(ringsOf(territories).flat(2));
    expect(differences(corners, ownerByExactIndex)).toEqual([]);
  });

  it("answers 2,400 of the points as the plain scan of the specification does", () => {
    const sample = [...everyNth(random, 100), ...everyNth(border, 14)];
    expect(sample.length).toBeGreaterThanOrEqual(2 * 2_400);
    expect(differences(Float64Array.from(sample), ownerByScan)).toEqual([]);
  });

  it("finds the same in every part of a county that has many", () => {
    const alaska = territories.filter(({ territoryId }) => territoryId.startsWith("02"));
    expect(differences(borderPoints(5_000, alaska, SEED + 3), createIndependentScan(territories))).toEqual([]);
  });
});
