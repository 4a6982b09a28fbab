import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCoverIndex } from "./cover-index.ts";
import { bruteForceLookup, createExactIndex } from "./point-in-territory.ts";
import {
  borderPoints,
  box,
  multiPolygonOf,
  polygonOf,
  positions,
  starTerritories,
  territoryOf,
} from "./shapes.fixture.ts";
import type { Territory } from "./territory.ts";

/** Asks the three implementations, which must agree, for the id of the owner. */
function ownerFinder(territories: readonly Territory[]): (lon: number, lat: number) => string | undefined {
  const cover = createCoverIndex(territories);
  const exact = createExactIndex(territories);
  return (lon, lat) => {
    const index = cover.find(lon, lat);
    expect(exact.find(lon, lat)).toBe(index);
    expect(bruteForceLookup(cover.territories, lon, lat)).toBe(index);
    return cover.territories[index]?.territory.territoryId;
  };
}

function ownerOf(territories: readonly Territory[], lon: number, lat: number): string | undefined {
  return ownerFinder(territories)(lon, lat);
}

describe("a point on a border belongs to exactly one territory, always the same (G1)", () => {
  const west = territoryOf("west", polygonOf(box(0, 0, 10, 10)));
  const east = territoryOf("east", polygonOf(box(10, 0, 20, 10)));

  it.each([
    ["on the shared edge", 10, 5],
    ["on a shared corner", 10, 10],
    ["on the shared edge at a cell corner", 10, 0.0625],
  ])(
    "gives a point %s to the first id when priority and area tie, in whatever order they are loaded",
    (_, lon, lat) => {
      expect(ownerOf([west, east], lon, lat)).toBe("east");
      expect(ownerOf([east, west], lon, lat)).toBe("east");
    },
  );

  it("gives the shared edge to the lower priority number before size and id", () => {
    expect(ownerOf([{ ...west, priority: -1 }, east], 10, 5)).toBe("west");
  });

  it("gives the shared edge to the smaller area before the id", () => {
    const small = territoryOf("z", polygonOf(box(10, 0, 11, 10)));
    expect(ownerOf([west, small], 10, 5)).toBe("z");
  });

  it("counts the outer border in, on every side and corner", () => {
    const owner = ownerFinder([west]);
    for (const [lon, lat] of [...box(0, 0, 10, 10), [0, 5], [10, 5], [5, 0], [5, 10]]) {
      expect(owner(lon!, lat!)).toBe("west");
    }
  });

  it("leaves a hole out, but counts its border in", () => {
    const ring = territoryOf("ring", polygonOf(box(0, 0, 9, 9), box(3, 3, 6, 6).toReversed()));
    expect(ownerOf([ring], 4.5, 4.5)).toBeUndefined();
    expect(ownerOf([ring], 3, 4.5)).toBe("ring");
    expect(ownerOf([ring], 6, 6)).toBe("ring");
    expect(ownerOf([ring], 2.9999999999, 4.5)).toBe("ring");
    expect(ownerOf([ring], 3.0000000001, 4.5)).toBeUndefined();
  });

  it("gives an enclave, and by its smaller area also its border, to the territory inside", () => {
    const around = territoryOf("around", polygonOf(box(0, 0, 9, 9), box(3, 3, 6, 6).toReversed()));
    const enclave = territoryOf("enclave", polygonOf(box(3, 3, 6, 6)));
    expect(ownerOf([around, enclave], 4, 4)).toBe("enclave");
    expect(ownerOf([around, enclave], 3, 4)).toBe("enclave");
    expect(ownerOf([around, enclave], 2, 4)).toBe("around");
  });

  it("tests every polygon of a MultiPolygon, those that touch in a corner too", () => {
    const islands = territoryOf("islands", multiPolygonOf([box(0, 0, 1, 1)], [box(1, 1, 2, 2)], [box(50, 50, 51, 51)]));
    expect(ownerOf([islands], 1, 1)).toBe("islands");
    expect(ownerOf([islands], 50, 50.5)).toBe("islands");
    expect(ownerOf([islands], 0.5, 1.5)).toBeUndefined();
  });

  it("agrees on slanted edges where no double lies exactly on the line", () => {
    const a = territoryOf("a", polygonOf(positions("0 0, 7 3, 0 3, 0 0")));
    const b = territoryOf("b", polygonOf(positions("0 0, 7 0, 7 3, 0 0")));
    const owner = ownerFinder([a, b]);
    for (let i = 1; i < 1_000; i++) {
      const lon = (7 * i) / 1_000;
      expect(["a", "b"]).toContain(owner(lon, (lon * 3) / 7));
    }
  });
});

describe("overlapping territories", () => {
  const country = territoryOf("country", polygonOf(box(0, 0, 30, 30)));
  const region = territoryOf("region", polygonOf(box(5, 5, 25, 25)));
  const city = territoryOf("city", polygonOf(box(10.2, 10.2, 10.4, 10.4)));

  it("nest by area when priorities tie", () => {
    const all = [country, city, region];
    expect(ownerOf(all, 10.3, 10.3)).toBe("city");
    expect(ownerOf(all, 10.5, 10.5)).toBe("region");
    expect(ownerOf(all, 20.5, 20.5)).toBe("region");
    expect(ownerOf(all, 1.5, 1.5)).toBe("country");
  });

  it("hide a smaller one behind a better priority, in whole cells and in touched ones", () => {
    const all = [{ ...country, priority: -1 }, city, region];
    for (const at of [10.2, 10.3, 10.5, 5]) expect(ownerOf(all, at, at)).toBe("country");
  });

  it("are all found, best first, for an explanation", () => {
    const index = createCoverIndex([country, city, region]);
    const ids = index.findAll(10.3, 10.3).map((i) => index.territories[i]!.territory.territoryId);
    expect(ids).toEqual(["city", "region", "country"]);
    expect(createExactIndex([country, city, region]).findAll(10.3, 10.3)).toEqual(index.findAll(10.3, 10.3));
    expect(index.findAll(NaN, 10)).toEqual([]);
  });
});

describe("the edge of the world", () => {
  const fiji = territoryOf("fiji", multiPolygonOf([box(177, -20, 180, -15)], [box(-180, -20, -178, -15)]));

  it("finds a territory on both sides of the antimeridian and on it by either name (G2)", () => {
    for (const lon of [179, 179.99999999999997, 180, -180, -179.99999999999997, -179]) {
      expect(ownerOf([fiji], lon, -17)).toBe("fiji");
    }
    expect(ownerOf([fiji], -177, -17)).toBeUndefined();
    expect(ownerOf([fiji], 0, -17)).toBeUndefined();
  });

  it("gives a point on the antimeridian to one owner when different territories meet there (G2)", () => {
    const east = territoryOf("east", polygonOf(box(170, 0, 180, 10)));
    const west = territoryOf("west", polygonOf(box(-180, 0, -170, 10)), { priority: -1 });
    expect(ownerOf([east, west], 180, 5)).toBe("west");
    expect(ownerOf([east, west], -180, 5)).toBe("west");
    expect(createCoverIndex([east, west]).findAll(180, 5)).toEqual([0, 1]);
    expect(createExactIndex([east, west]).findAll(-180, 5)).toEqual([0, 1]);
  });

  it("covers the whole globe up to its corners", () => {
    const world = territoryOf("world", polygonOf(box(-180, -90, 180, 90)));
    const owner = ownerFinder([world]);
    for (const [lon, lat] of [...box(-180, -90, 180, 90), [0, 0], [12.5, 90], [179.9999, -89.9999]]) {
      expect(owner(lon!, lat!)).toBe("world");
    }
  });

  it.each([
    [NaN, 0],
    [0, NaN],
    [Infinity, 0],
    [0, -Infinity],
    [180.0000001, 0],
    [0, 90.0000001],
    [1e300, 1e300],
    [180, NaN],
  ])("answers -1 for (%d, %d), which is not on the globe", (lon, lat) => {
    expect(ownerOf([territoryOf("t", polygonOf(box(0, 0, 1, 1)))], lon, lat)).toBeUndefined();
  });

  it("answers -1 where there are no territories or none has a geometry", () => {
    expect(ownerOf([], 0, 0)).toBeUndefined();
    expect(ownerOf([territoryOf("codes only", null)], 0, 0)).toBeUndefined();
  });
});

describe("the cover index agrees with a scan by Turf", () => {
  it("on random stars with holes, overlaps and several parts, inside, outside and on every border", () => {
    fc.assert(
      fc.property(starTerritories, fc.integer({ min: 0, max: 0xffff }), (territories, seed) => {
        const cover = createCoverIndex(territories);
        const exact = createExactIndex(territories);
        const spread = Array.from({ length: 60 }, (_, i) => [
          ((i * 7 + seed) % 200) / 10 - 10,
          ((i * 13) % 190) / 10 - 9,
        ]);
        for (const [lon, lat] of [...borderPoints(territories), ...spread]) {
          const expected = bruteForceLookup(cover.territories, lon!, lat!);
          expect(cover.find(lon!, lat!)).toBe(expected);
          expect(exact.find(lon!, lat!)).toBe(expected);
        }
      }),
      { numRuns: 60, seed: 20_261_122 },
    );
  });

  it("on shapes that lie on the lines of the grid", () => {
    const onGrid = fc.integer({ min: -40, max: 40 }).map((i) => i / 16);
    const boxes = fc.array(fc.tuple(onGrid, onGrid, onGrid, onGrid), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(boxes, fc.array(fc.tuple(onGrid, onGrid), { minLength: 20, maxLength: 40 }), (corners, points) => {
        const territories = corners.map(([x1, y1, x2, y2], i) => territoryOf(`t${i}`, polygonOf(box(x1, y1, x2, y2))));
        const cover = createCoverIndex(territories);
        for (const [lon, lat] of points) {
          for (const nudge of [0, 1e-15, -1e-15, 1e-10, -1e-10]) {
            const expected = bruteForceLookup(cover.territories, lon + nudge, lat);
            expect(cover.find(lon + nudge, lat)).toBe(expected);
          }
        }
      }),
      { numRuns: 60, seed: 20_261_122 },
    );
  });

  it("on thousands of territories that overlap", () => {
    const territories = Array.from({ length: 3_000 }, (_, i) => {
      const [x, y] = [((i * 37) % 1_000) / 10 - 50, ((i * 91) % 700) / 10 - 35];
      return territoryOf(`t${i}`, polygonOf(box(x, y, x + 1 + (i % 5), y + 1 + (i % 3))), { priority: i % 7 });
    });
    const cover = createCoverIndex(territories);
    for (let i = 0; i < 300; i++) {
      const [lon, lat] = [((i * 173) % 1_100) / 10 - 55, ((i * 59) % 800) / 10 - 40];
      expect(cover.find(lon, lat)).toBe(bruteForceLookup(cover.territories, lon, lat));
    }
  });
});
