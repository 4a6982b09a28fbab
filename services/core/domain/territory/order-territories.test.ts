import { describe, expect, it } from "vitest";
import type { Fault } from "../fault.ts";
import { decidingRule, orderTerritories } from "./order-territories.ts";
import { box, multiPolygonOf, polygonOf, positions, territoryOf } from "./shapes.fixture.ts";
import type { Territory } from "./territory.ts";

function refusalOf(...territories: Territory[]): Pick<Fault, "code" | "at"> {
  try {
    orderTerritories(territories);
  } catch (error) {
    const { code, at } = error as Fault;
    return { code, at };
  }
  throw new Error("It was not refused.");
}

describe("the overlap order", () => {
  it("is priority, then the smaller area on the ground, then the id", () => {
    const territories = [
      territoryOf("c", polygonOf(box(0, 0, 1, 1))),
      territoryOf("b", polygonOf(box(0, 0, 1, 1))),
      territoryOf("large", polygonOf(box(0, 0, 2, 2))),
      territoryOf("first", polygonOf(box(0, 0, 9, 9)), { priority: -1 }),
      // As wide in degrees as b and c, but half as large on the ground.
      territoryOf("north", polygonOf(box(0, 60, 1, 61))),
    ];
    const ordered = orderTerritories(territories);
    expect(ordered.map(({ territory }) => territory.territoryId)).toEqual(["first", "north", "b", "c", "large"]);
    expect(orderTerritories(territories.toReversed())).toEqual(ordered);
    expect(decidingRule(ordered[0]!, ordered[1])).toBe("priority");
    expect(decidingRule(ordered[1]!, ordered[2])).toBe("area");
    expect(decidingRule(ordered[2]!, ordered[3])).toBe("id");
    expect(decidingRule(ordered[0]!, undefined)).toBe("only");
  });

  it("measures area without holes, within 1 % of the ellipsoid", () => {
    const [full, holed] = orderTerritories([
      territoryOf("full", polygonOf(box(0, 0, 1, 1))),
      territoryOf("holed", polygonOf(box(0, 0, 2, 1), box(0.5, 0, 1.5, 1).toReversed()), { priority: 1 }),
    ]);
    expect(full!.areaSquareMeters / 12_308_778_361).toBeCloseTo(1, 2);
    expect(holed!.areaSquareMeters).toBeCloseTo(full!.areaSquareMeters, -2);
  });

  it("does not depend on where a ring starts or which way it runs", () => {
    const ring = box(0.1, 0.2, 0.7, 0.9);
    const rotated = [...ring.slice(2), ...ring.slice(1, 3)];
    const areas = [ring, rotated, ring.toReversed()].map(
      (shape, i) => orderTerritories([territoryOf(`t${i}`, polygonOf(shape))])[0]!.areaSquareMeters,
    );
    expect(new Set(areas).size).toBe(1);
  });
});

describe("geometry that an index cannot live with", () => {
  it("loses flat rings, and a flat shell takes its holes along", () => {
    const flat = positions("5 5, 6 6, 5.5 5.5, 5 5");
    const [only] = orderTerritories([
      territoryOf("t", multiPolygonOf([box(0, 0, 1, 1), flat], [flat, box(0, 0, 1, 1)])),
    ]);
    expect(only!.parts).toHaveLength(1);
    expect(only!.parts[0]!.rings).toHaveLength(1);
  });

  it("keeps a symmetric bow-tie, whose area only seems to be zero", () => {
    const bowTie = positions("0 0, 1 1, 1 0, 0 1, 0 0");
    expect(orderTerritories([territoryOf("t", polygonOf(bowTie))])[0]!.parts).toHaveLength(1);
  });

  it("is refused with its place", () => {
    const open = box(0, 0, 1, 1).slice(0, -1);
    const fine = territoryOf("fine", null);
    expect(refusalOf(fine, territoryOf("t", polygonOf(box(0, 0, 9, 9), open)))).toEqual({
      code: "GEOMETRY_INVALID",
      at: "/1/geometry/coordinates/1",
    });
    expect(refusalOf(territoryOf("t", multiPolygonOf([box(0, 0, 181, 1)])))).toEqual({
      code: "GEOMETRY_INVALID",
      at: "/0/geometry/coordinates/0/0/1",
    });
    expect(refusalOf(territoryOf("t", polygonOf(box(0, 0, 1, NaN))))).toMatchObject({ code: "GEOMETRY_INVALID" });
    expect(refusalOf(territoryOf("t", null), territoryOf("t", null))).toEqual({
      code: "PLAN_INVALID",
      at: "/1",
    });
    expect(refusalOf(territoryOf("t", null, { priority: NaN }))).toEqual({ code: "PLAN_INVALID", at: "/0/priority" });
  });

  it("is refused if it crosses the antimeridian unsplit (G2)", () => {
    const across = positions("179 0, -179 0, -179 1, 179 1, 179 0");
    expect(refusalOf(territoryOf("t", polygonOf(across)))).toEqual({
      code: "GEOMETRY_INVALID",
      at: "/0/geometry/coordinates/0/1",
    });
  });
});
