import * as fc from "fast-check";
import type { Polygon } from "geojson";
import { describe, expect, it } from "vitest";
import { createCoverIndex } from "./cover-index.ts";
import { box, polygonOf, positions, starRing, territoryOf } from "./shapes.fixture.ts";
import { validateGeometry } from "./validate-geometry.ts";

describe("geometry over the antimeridian (G2)", () => {
  const west = box(-180, 0, -170, 10);
  const jumping: Polygon = polygonOf(positions("170 0, -170 0, -170 10, 170 10, 170 0"));

  it.each([
    ["by a jump from 170 to -170", jumping],
    ["by longitudes beyond 180", polygonOf(box(170, 0, 190, 10))],
    ["by longitudes beyond -180", polygonOf(box(-190, 0, -170, 10))],
  ])("is split at 180° when written %s, with a warning of the place", (_, input) => {
    const { findings, geometry } = validateGeometry("t1", input);
    expect(findings).toMatchObject([{ code: "antimeridian-split", path: "/coordinates/0/1", severity: "warning" }]);
    const index = createCoverIndex([territoryOf("t1", geometry)]);
    expect([170, 175, 180, -180, -175, -170].map((lon) => index.find(lon, 5))).toEqual([0, 0, 0, 0, 0, 0]);
    expect([169, 0, -169].map((lon) => index.find(lon, 5))).toEqual([-1, -1, -1]);
  });

  it("keeps holes, whether the line cuts them or not, and however they are written", () => {
    const cut = positions("175 2, 175 4, -175 4, -175 2, 175 2");
    const whole = box(-174, 6, -172, 8).toReversed();
    const { findings, geometry } = validateGeometry("t1", polygonOf(...jumping.coordinates, cut, whole));
    expect(findings.map(({ code }) => code)).toEqual(["antimeridian-split"]);
    const index = createCoverIndex([territoryOf("t1", geometry)]);
    for (const [lon, lat] of positions("176 3, 180 3, -176 3, -173 7")) expect(index.find(lon!, lat!)).toBe(-1);
    for (const [lon, lat] of positions("175 3, 176 5, 180 5, -173 5, -174 7")) expect(index.find(lon!, lat!)).toBe(0);
  });

  it("cuts a comb over the line into one part per tooth, with nothing between the teeth", () => {
    const comb = polygonOf(positions("178 0, 182 0, 182 1, 179 1, 179 2, 182 2, 182 3, 178 3, 178 0"));
    const { geometry } = validateGeometry("t1", comb);
    expect(geometry!.coordinates).toHaveLength(3);
    const index = createCoverIndex([territoryOf("t1", geometry)]);
    expect([0.5, 1.5, 2.5].map((lat) => index.find(180, lat))).toEqual([0, -1, 0]);
    expect([0.5, 1.5, 2.5].map((lat) => index.find(-179, lat))).toEqual([0, -1, 0]);
  });

  it("is left alone if it only ends at the line or spans the world along it", () => {
    for (const ring of [west, box(170, 0, 180, 10), box(-180, -90, 180, -60)]) {
      expect(validateGeometry("t1", polygonOf(ring))).toEqual({ findings: [], geometry: polygonOf(ring) });
    }
  });

  it("is refused with its place if it goes around a pole", () => {
    const around = polygonOf(positions("0 60, 120 60, -120 60, 0 60"));
    const { findings, geometry } = validateGeometry("t1", around);
    expect(findings).toMatchObject([{ code: "antimeridian-pole", path: "/coordinates/0/2", severity: "error" }]);
    expect(geometry).toBeNull();
  });

  it("splits random stars into shapes that hold the same points", () => {
    const radius = fc.double({ min: 0.5, max: 20, noNaN: true });
    fc.assert(
      fc.property(fc.array(radius, { minLength: 3, maxLength: 16 }), (radii) => {
        const report = validateGeometry("t1", polygonOf(starRing([180.1, 0], radii)));
        const plain = validateGeometry("t1", polygonOf(starRing([0.1, 0], radii)));
        // Radii of a triangle may leave its centre outside, and with it the antimeridian.
        if (report.geometry === null || plain.geometry === null) return;
        const split = createCoverIndex([territoryOf("t1", report.geometry)]);
        const whole = createCoverIndex([territoryOf("t1", plain.geometry)]);
        for (let i = 0; i < 300; i++) {
          const [x, y] = [((i * 7) % 41) - 20.513, ((i * 11) % 39) - 19.457];
          expect(split.find(x > 0 ? x - 180 : x + 180, y)).toBe(whole.find(x, y));
        }
      }),
      { numRuns: 25, seed: 20_261_122 },
    );
  });
});
