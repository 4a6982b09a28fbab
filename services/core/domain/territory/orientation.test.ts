import * as fc from "fast-check";
import { orient2d } from "robust-predicates";
import { describe, expect, it } from "vitest";
import { sideOfEdge } from "./orientation.ts";

/** Integers of up to 53 bits around a common ratio: products of 106 bits that differ in the last few. */
const nearlyCollinear = fc
  .record({
    x: fc.integer({ min: 1, max: 2 ** 26 }),
    y: fc.integer({ min: 1, max: 2 ** 26 }),
    scale: fc.integer({ min: 1, max: 2 ** 26 }),
    nudge: fc.constantFrom(-1, 0, 1),
  })
  .map(({ x, y, scale, nudge }) => [x, y, -x * scale + nudge, -y * scale] as const);

function exactSide([u1, v1, u2, v2]: readonly [number, number, number, number]): number {
  const determinant = BigInt(u2) * BigInt(v1) - BigInt(u1) * BigInt(v2);
  if (determinant === 0n) return 0;
  return determinant > 0n ? 1 : -1;
}

describe("the side of an edge", () => {
  it("is right where doubles cannot tell, as integer arithmetic shows", () => {
    fc.assert(
      fc.property(nearlyCollinear, (edge) => {
        expect(Math.sign(sideOfEdge(...edge)) + 0).toBe(exactSide(edge));
      }),
      { numRuns: 2_000, seed: 20_261_122 },
    );
  });

  it("is what orient2d says, and turns with the edge", () => {
    const degrees = fc.double({ min: -360, max: 360, noNaN: true }).filter((x) => x === 0 || Math.abs(x) > 1e-100);
    fc.assert(
      fc.property(degrees, degrees, degrees, degrees, (u1, v1, u2, v2) => {
        const side = Math.sign(sideOfEdge(u1, v1, u2, v2)) + 0;
        expect(side).toBe(Math.sign(orient2d(u1, u2, v1, v2, 0, 0)) + 0);
        expect(side).toBe(-Math.sign(sideOfEdge(u2, v2, u1, v1)) + 0);
      }),
      { numRuns: 500, seed: 20_261_122 },
    );
  });
});
