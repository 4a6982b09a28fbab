import { describe, expect, it } from "vitest";
import { createTerritoryLookup, explainTerritory, resolveTerritory } from "./resolve-territory.ts";
import { box, polygonOf, territoryOf } from "./shapes.fixture.ts";

const lookup = createTerritoryLookup([
  territoryOf("bay", polygonOf(box(-123, 37, -121, 38)), { codes: ["postal:94"] }),
  territoryOf("city", polygonOf(box(-122.6, 37.7, -122.3, 37.9)), { codes: ["postal:941"] }),
  territoryOf("key account area", polygonOf(box(-122.5, 37.7, -122.4, 37.8)), { priority: -1 }),
  territoryOf("state", null, { codes: ["admin:US-CA"], priority: 5 }),
]);

describe("a location", () => {
  it("belongs to the polygon that holds its point, whatever its codes say", () => {
    const location = { longitudeDeg: -122.35, latitudeDeg: 37.75, adminCode: "US-CA", postalCode: "10001" };
    expect(resolveTerritory(lookup, location)).toMatchObject({ kind: "polygon", territory: { territoryId: "city" } });
  });

  it("falls back to its codes without a point, with half a point, and with a point in no polygon", () => {
    for (const point of [{}, { latitudeDeg: 37.75 }, { longitudeDeg: 0, latitudeDeg: 0 }, { longitudeDeg: NaN }]) {
      expect(resolveTerritory(lookup, { ...point, postalCode: "94107" })).toMatchObject({
        kind: "code",
        prefix: "941",
        territory: { territoryId: "city" },
      });
    }
  });

  it("belongs to none if nothing fits", () => {
    expect(resolveTerritory(lookup, {})).toEqual({ kind: "none" });
    expect(resolveTerritory(lookup, { postalCode: "10001" })).toEqual({ kind: "none" });
  });
});

describe("an explanation", () => {
  it.each([
    [{ longitudeDeg: -122.45, latitudeDeg: 37.75 }, "priority", ["key account area", "city", "bay"]],
    [{ longitudeDeg: -122.35, latitudeDeg: 37.75 }, "area", ["city", "bay"]],
    [{ longitudeDeg: -121.5, latitudeDeg: 37.5 }, "only", ["bay"]],
    [{ postalCode: "94107" }, "prefix", ["city", "bay"]],
    [{ adminCode: "US-CA", postalCode: "94501" }, "prefix", ["state", "bay"]],
    [{ postalCode: "94501" }, "only", ["bay"]],
    [{ postalCode: "10001" }, null, []],
  ] as const)("of %j says %s decided", (location, decidedBy, contenders) => {
    const explanation = explainTerritory(lookup, location);
    expect(explanation).toMatchObject({ decidedBy, contenders });
    expect(explanation.match).toEqual(resolveTerritory(lookup, location));
  });

  it("says the id decided between equals", () => {
    const twins = ["b", "a"].map((id) => territoryOf(id, polygonOf(box(0, 0, 1, 1)), { codes: ["7"] }));
    const explain = (location: object) => explainTerritory(createTerritoryLookup(twins), location);
    expect(explain({ longitudeDeg: 0.5, latitudeDeg: 0.5 })).toMatchObject({ decidedBy: "id", contenders: ["a", "b"] });
    expect(explain({ postalCode: "70" })).toMatchObject({ decidedBy: "id", contenders: ["a", "b"] });
  });
});
