import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gcj02ToWgs84, toWgs84, wgs84ToGcj02 } from "./datum.ts";

describe("GCJ-02", () => {
  it.each([
    ["Tiananmen", [116.3913, 39.9075], [116.397545, 39.908906]],
    ["Shanghai", [121.4737, 31.2304], [121.478226, 31.228482]],
  ] as const)("shifts %s as the published formula does", (_, [longitudeDeg, latitudeDeg], [shiftedX, shiftedY]) => {
    const shifted = wgs84ToGcj02({ longitudeDeg, latitudeDeg });
    expect(shifted.longitudeDeg).toBeCloseTo(shiftedX, 4);
    expect(shifted.latitudeDeg).toBeCloseTo(shiftedY, 4);
  });

  it("is undone to within 1e-9° everywhere in the rectangle", () => {
    const longitude = fc.double({ min: 72.1, max: 137.7, noNaN: true });
    const latitude = fc.double({ min: 0.9, max: 55.7, noNaN: true });
    fc.assert(
      fc.property(longitude, latitude, (longitudeDeg, latitudeDeg) => {
        const back = gcj02ToWgs84(wgs84ToGcj02({ longitudeDeg, latitudeDeg }));
        expect(Math.abs(back.longitudeDeg - longitudeDeg)).toBeLessThan(1e-9);
        expect(Math.abs(back.latitudeDeg - latitudeDeg)).toBeLessThan(1e-9);
      }),
      { numRuns: 500, seed: 20_261_122 },
    );
  });

  it("leaves points outside the rectangle and points that are not finite as they are", () => {
    for (const [longitudeDeg, latitudeDeg] of [
      [-122.4, 37.8],
      [72, 40],
      [138, 40],
      [100, 0.8],
      [100, 56],
      [NaN, 40],
    ]) {
      const point = { longitudeDeg: longitudeDeg!, latitudeDeg: latitudeDeg! };
      expect(gcj02ToWgs84(point)).toBe(point);
      expect(wgs84ToGcj02(point)).toBe(point);
    }
  });

  it("is converted at the door by its tag", () => {
    const point = { longitudeDeg: 116.397545, latitudeDeg: 39.908906 };
    expect(toWgs84(point, "wgs84")).toBe(point);
    expect(toWgs84(point, "gcj02")).toEqual(gcj02ToWgs84(point));
  });
});
