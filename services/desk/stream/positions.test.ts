import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatPositions, parsePositions } from "./positions.ts";

describe("positions", () => {
  it("read back as they were written", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1, max: 1e14 }), { minLength: 1, maxLength: 50 }), (positions) => {
        expect(parsePositions(formatPositions(positions), positions.length)).toEqual(positions);
      }),
    );
  });

  it("start a partition that the id does not know at its beginning", () => {
    expect(parsePositions("1:7", 3)).toEqual([-1, 7, -1]);
  });

  it.each(["", "x", "0", "0:", "3:1", "0:1;1:2", "0:-2", "0:1,", "0:99999999999999999"])("refuse %j", (id) => {
    expect(() => parsePositions(id, 3)).toThrow(expect.objectContaining({ code: "CURSOR_INVALID" }));
  });
});
