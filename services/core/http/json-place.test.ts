import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { placeOfJsonError } from "./json-place.ts";

describe("placeOfJsonError", () => {
  it.each([
    ['{"x":a}', "line 1, column 6"],
    ['{"x":1,}', "line 1, column 8"],
    ["[1 2]", "line 1, column 4"],
    ['{\n  "x": tru\n}', "line 2, column 8"],
    ['{"x": "a\nb"}', "line 1, column 7"],
    ["{} x", "line 1, column 4"],
    ["[01]", "line 1, column 3"],
    ["", "line 1, column 1"],
    ["[[[", "line 1, column 4"],
  ])("finds where %j stops being JSON", (text, place) => {
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    expect(placeOfJsonError(text)).toBe(place);
  });

  it("accepts the whole of every valid text: cut anywhere, it breaks at the cut or where its last token begins", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (text, cut) => {
        const at = cut % text.length;
        const broken = `${text.slice(0, at)}\u0001`;
        const column = Number(/column (\d+)/.exec(placeOfJsonError(broken))?.[1]);
        expect(column).toBeLessThanOrEqual(at + 1);
      }),
      { numRuns: 300 },
    );
  });

  it("survives deep nesting", () => {
    expect(placeOfJsonError("[".repeat(60_000))).toBe("line 1, column 60001");
  });
});
