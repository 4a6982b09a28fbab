import { expect, it } from "vitest";
import { sameTerritories } from "./same-territories.ts";
import type { Territory } from "./territory.ts";

const ring = [
  [0, 0],
  [10, 0],
  [10, 10],
  [0, 0],
];
const hole = ring.map(([x, y]) => [x! / 2, y! / 2]);
const territories: readonly Territory[] = [
  { territoryId: "a", nodeId: "x", priority: 1, geometry: { type: "Polygon", coordinates: [ring, hole] }, codes: [] },
  { territoryId: "b", nodeId: "y", priority: 2, geometry: null, codes: ["postal:60", "4403"] },
];
type Json = { [key: string]: Json } | Json[] | string | number | null;
const copy = (): Territory[] => structuredClone([...territories]);

it("takes equal lists for the same", () => {
  expect(sameTerritories(territories, copy())).toBe(true);
  expect(sameTerritories([], [])).toBe(true);
});

it("notices any value that is another, and any that is missing or more", () => {
  const changes = changesOf(copy() as unknown as Json);
  // Two rings of four positions of two numbers, and what is around them.
  expect(changes.length).toBeGreaterThan(40);
  const unnoticed = changes.filter(({ changed }) => {
    const other = changed as unknown as Territory[];
    return sameTerritories(territories, other) || sameTerritories(other, territories);
  });
  expect(unnoticed).toEqual([]);
});

/** The value with one change, for each change there is: another scalar, a longer and a shorter array. */
function changesOf(value: Json, path = ""): { path: string; changed: Json }[] {
  if (Array.isArray(value)) {
    const inside = value.flatMap((item, i) =>
      changesOf(item, `${path}/${i}`).map(({ path: at, changed }) => ({ path: at, changed: value.with(i, changed) })),
    );
    const longer = [...value, value[0] ?? "more"];
    return [
      ...inside,
      { path: `${path} longer`, changed: longer },
      ...(value.length === 0 ? [] : [shorter(value, path)]),
    ];
  }
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([key, item]) =>
      changesOf(item, `${path}/${key}`).map(({ path: at, changed }) => ({
        path: at,
        changed: { ...value, [key]: changed },
      })),
    );
  }
  const other =
    typeof value === "number" ? value + 1e-9 : value === null ? { type: "Polygon", coordinates: [] } : `${value}!`;
  return [{ path, changed: other }];
}

function shorter(value: Json[], path: string): { path: string; changed: Json } {
  return { path: `${path} shorter`, changed: value.slice(0, -1) };
}
