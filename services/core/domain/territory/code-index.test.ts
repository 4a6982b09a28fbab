import { describe, expect, it } from "vitest";
import { createCodeIndex } from "./code-index.ts";
import type { CodeQuery } from "./code-index.ts";
import { orderTerritories } from "./order-territories.ts";
import { territoryOf } from "./shapes.fixture.ts";
import type { Territory } from "./territory.ts";

function ownerOf(territories: readonly Territory[], query: CodeQuery): string | undefined {
  const ordered = orderTerritories(territories);
  const match = createCodeIndex(ordered).find(query);
  return match === null ? undefined : ordered[match.index]!.territory.territoryId;
}

function holding(territoryId: string, codes: string[], priority = 0): Territory {
  return territoryOf(territoryId, null, { codes, priority });
}

describe("the code index", () => {
  it("prefers the longest prefix to the better priority", () => {
    const territories = [holding("guangdong", ["44"], -5), holding("shenzhen", ["4403"])];
    expect(ownerOf(territories, { adminCode: "440305" })).toBe("shenzhen");
    expect(ownerOf(territories, { adminCode: "440106" })).toBe("guangdong");
    expect(ownerOf(territories, { adminCode: "4" })).toBeUndefined();
  });

  it("prefers priority, then id, for the same prefix", () => {
    expect(ownerOf([holding("a", ["94"], 1), holding("b", ["94"])], { postalCode: "94107" })).toBe("b");
    expect(ownerOf([holding("b", ["94"]), holding("a", ["94"])], { postalCode: "94107" })).toBe("a");
  });

  it("keeps postal codes and divisions apart where the scheme is said", () => {
    const territories = [holding("sichuan", ["admin:51"]), holding("shenzhen", ["postal:518"])];
    expect(ownerOf(territories, { adminCode: "518000" })).toBe("sichuan");
    expect(ownerOf(territories, { postalCode: "518000" })).toBe("shenzhen");
    expect(ownerOf(territories, { postalCode: "510000" })).toBeUndefined();
    expect(ownerOf(territories, { adminCode: "510104", postalCode: "518000" })).toBe("shenzhen");
  });

  it("reads codes without regard to case, spaces and hyphens", () => {
    expect(ownerOf([holding("london", ["sw1a 1"])], { postalCode: "SW1A1AA" })).toBe("london");
    expect(ownerOf([holding("california", ["US-CA"])], { adminCode: "us-ca-037" })).toBe("california");
  });

  it("matches nothing with empty prefixes, missing codes or a code without end", () => {
    const territories = [holding("empty", ["", " ", "postal:"])];
    expect(ownerOf(territories, { postalCode: "94107" })).toBeUndefined();
    expect(ownerOf(territories, {})).toBeUndefined();
    expect(ownerOf([holding("nines", ["99"])], { postalCode: "9".repeat(1_000_000) })).toBe("nines");
  });
});
