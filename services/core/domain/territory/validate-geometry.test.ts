import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCoverIndex } from "./cover-index.ts";
import { FINDING_CODES } from "./geometry-finding.ts";
import { box, multiPolygonOf, polygonOf, positions, starRing, territoryOf } from "./shapes.fixture.ts";
import { validateGeometry } from "./validate-geometry.ts";

/** Code and place of each finding; errors marked, so that a test shows what refuses. */
function findingsOf(input: unknown, limits = {}): string[] {
  const { findings } = validateGeometry("t1", input, limits);
  return findings.map(({ code, path, severity }) => `${severity} ${code} ${path}`);
}

describe("input that is not a polygon", () => {
  it.each([
    [null, "error malformed "],
    ["Polygon", "error malformed "],
    [[], "error malformed "],
    [{}, "error unsupported-type /type"],
    [{ type: "Feature", geometry: polygonOf(box(0, 0, 1, 1)) }, "error unsupported-type /type"],
    [{ type: "Polygon" }, "error malformed /coordinates"],
    [{ type: "Polygon", coordinates: [] }, "error empty /coordinates"],
    [{ type: "Polygon", coordinates: [[]] }, "error ring-too-short /coordinates/0"],
    [{ type: "Polygon", coordinates: ["x"] }, "error malformed /coordinates"],
    [{ type: "MultiPolygon", coordinates: [] }, "error empty /coordinates"],
    [{ type: "MultiPolygon", coordinates: [[[[0, 0], 7, [1, 1], [0, 0]]]] }, "error malformed /coordinates/0/0/1"],
    [
      polygonOf([
        [0, 0],
        [1, "1"],
        [1, 1],
        [0, 0],
      ] as never),
      "error not-finite /coordinates/0/1",
    ],
    [
      polygonOf([
        [0, 0],
        [1, NaN],
        [1, 1],
        [0, 0],
      ]),
      "error not-finite /coordinates/0/1",
    ],
    [
      polygonOf([
        [0, 0],
        [1, 91],
        [1, 1],
        [0, 0],
      ]),
      "error out-of-range /coordinates/0/1",
    ],
    [
      polygonOf([
        [0, 0],
        [400, 1],
        [1, 1],
        [0, 0],
      ]),
      "error out-of-range /coordinates/0/1",
    ],
    [polygonOf(box(200, 0, 210, 10)), "error out-of-range /coordinates/0/0"],
    [polygonOf(box(0, 0, 1, 1).slice(0, -1)), "error ring-unclosed /coordinates/0/3"],
    [
      polygonOf([
        [0, 0],
        [1, 1],
        [0, 0],
      ]),
      "error ring-too-short /coordinates/0",
    ],
  ])("%j is refused with a code and a place", (input, finding) => {
    expect(findingsOf(input)).toEqual([finding]);
    expect(validateGeometry("t1", input).geometry).toBeNull();
  });

  it("never throws, whatever the JSON", () => {
    const type = fc.constantFrom("Polygon", "MultiPolygon");
    const degrees = fc.tuple(fc.integer({ min: -400, max: 400 }), fc.integer({ min: -91, max: 91 }));
    const position = fc.oneof(fc.tuple(fc.double(), fc.double()), degrees, fc.jsonValue());
    const ring = fc.oneof(fc.array(position, { maxLength: 9 }), fc.jsonValue());
    const coordinates = fc.oneof(fc.array(ring), fc.array(fc.array(ring)), fc.jsonValue());
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.record({ type, coordinates })), (input) => {
        const { findings, geometry } = validateGeometry("t1", input);
        for (const { code } of findings) expect(FINDING_CODES).toContain(code);
        const isRefused = findings.some(({ severity }) => severity === "error");
        expect(geometry === null).toBe(isRefused);
        // What is let through can be indexed.
        if (geometry !== null) createCoverIndex([territoryOf("t1", geometry)]);
      }),
      { numRuns: 300, seed: 20_261_122 },
    );
  });
});

describe("rings that cross are refused with their place (G3)", () => {
  it("names the edges and the point of a bow-tie", () => {
    const bowTie = polygonOf(positions("0 0, 2 2, 2 0, 0 2, 0 0"));
    const { findings, geometry } = validateGeometry("t1", bowTie);
    expect(geometry).toBeNull();
    expect(findings).toEqual([
      {
        code: "self-crossing",
        territoryId: "t1",
        path: "/coordinates/0/0",
        message: "The ring crosses itself: edge 0 and edge 2 at [1, 1].",
        severity: "error",
      },
    ]);
  });

  it("sees a crossing at a corner that both strands share", () => {
    const figureEight = polygonOf(positions("0 0, 1 1, 2 2, 2 0, 1 1, 0 2, 0 0"));
    expect(findingsOf(figureEight)[0]).toBe("error self-crossing /coordinates/0/0");
  });

  it("only warns of a border that comes back to a corner or runs back over itself", () => {
    const touching = polygonOf(positions("0 0, 1 1, 2 0, 2 2, 1 1, 0 2, 0 0"));
    expect(findingsOf(touching)).toEqual(["warning ring-touches /coordinates/0/0"]);
    const spike = polygonOf(positions("0 0, 4 0, 4 4, 4 9, 4 4, 0 4, 0 0"));
    expect(findingsOf(spike)).toContain("warning ring-touches /coordinates/0/2");
  });

  it("counts edges as they were given, repeated positions included", () => {
    const bowTie = polygonOf(positions("0 0, 0 0, 0 0, 2 2, 2 0, 0 2, 0 0"));
    expect(findingsOf(bowTie)).toEqual(["error self-crossing /coordinates/0/2"]);
  });

  it("finds one crossing among thousands of edges", () => {
    const ring = starRing(
      [10, 10],
      Array.from({ length: 9_000 }, (_, i) => 3 + (i % 2) / 100),
    );
    expect(findingsOf(polygonOf(ring))).toEqual([]);
    [ring[4_000], ring[4_003]] = [ring[4_003]!, ring[4_000]!];
    expect(findingsOf(polygonOf(ring))[0]).toMatch(/^error self-crossing \/coordinates\/0\/(3999|400\d)$/);
  });

  it("refuses a hole that crosses its shell or lies outside it", () => {
    const shell = box(0, 0, 4, 4);
    expect(findingsOf(polygonOf(shell, box(3, 1, 5, 2).toReversed()))).toContain("error rings-cross /coordinates/0/1");
    expect(findingsOf(polygonOf(shell, box(8, 1, 9, 2).toReversed()))).toEqual([
      "error hole-outside-shell /coordinates/1",
    ]);
    expect(findingsOf(multiPolygonOf([shell], [box(10, 0, 14, 4), box(1, 1, 2, 2).toReversed()]))).toEqual([
      "error hole-outside-shell /coordinates/1/1",
    ]);
  });

  it("accepts a hole that touches its shell in a corner", () => {
    const hole = positions("0 0, 1 2, 2 1, 0 0");
    expect(findingsOf(polygonOf(box(0, 0, 4, 4), hole))).toEqual(["warning ring-touches /coordinates/0/0"]);
  });
});

describe("what is corrected or only pointed out", () => {
  it("turns rings that run the wrong way", () => {
    const wrong = polygonOf(box(0, 0, 4, 4).toReversed(), box(1, 1, 2, 2));
    expect(findingsOf(wrong)).toEqual(["warning ring-order /coordinates/0", "warning ring-order /coordinates/1"]);
    expect(validateGeometry("t1", wrong).geometry).toEqual(polygonOf(box(0, 0, 4, 4), box(1, 1, 2, 2).toReversed()));
  });

  it("drops repeated positions and altitudes without a word", () => {
    const input = polygonOf(positions("0 0 7, 4 0, 4 0, 4 4, 0 4, 0 0"));
    expect(validateGeometry("t1", input)).toEqual({ findings: [], geometry: polygonOf(box(0, 0, 4, 4)) });
  });

  it("drops a flat hole, and refuses a geometry of which nothing is left", () => {
    const flat = positions("1 1, 2 2, 3 3, 1 1");
    expect(findingsOf(polygonOf(box(0, 0, 4, 4), flat))).toEqual(["warning degenerate-ring /coordinates/1"]);
    expect(findingsOf(polygonOf(flat))).toEqual(["warning degenerate-ring /coordinates/0", "error empty /coordinates"]);
  });

  it("points out slivers", () => {
    const sliver = polygonOf(box(0, 0, 1, 0.00001));
    expect(findingsOf(sliver)).toEqual(["warning sliver /coordinates/0"]);
    expect(findingsOf(sliver, { sliverWidthMeters: 0.5 })).toEqual([]);
  });

  it("refuses more than 10,000 vertices in a polygon unless more are allowed", () => {
    const large = polygonOf(starRing([0, 0], Array<number>(10_000).fill(5)));
    expect(findingsOf(large)).toEqual(["error too-many-vertices /coordinates"]);
    expect(findingsOf(large, { maxVerticesPerPolygon: 20_000 })).toEqual([]);
  });

  it("gives up on a polygon whose edges all lie over each other, and refuses it", () => {
    const folded = Array.from({ length: 5_000 }, (_, i): number[] => [i % 2 === 0 ? (i % 7) / 100 : 10, 0]);
    expect(findingsOf(polygonOf([...folded, [5, 5], folded[0]!]))[0]).toBe("error too-tangled /coordinates");
  });

  it("reports at most twenty findings of a kind", () => {
    const zigzag = Array.from({ length: 200 }, (_, i): number[] => [i % 2 === 0 ? 0 : 10, i / 10]);
    const { findings } = validateGeometry("t1", polygonOf([...zigzag, [5, -5], [5, 30], zigzag[0]!]));
    expect(findings).toHaveLength(20);
  });
});
