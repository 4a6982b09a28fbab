import { expect, it } from "vitest";
import { minInSyncReplicas } from "./topic-specs.ts";

it("min.insync.replicas: with three replicas an acknowledged record is on two", () => {
  expect([1, 2, 3].map(minInSyncReplicas)).toEqual([1, 2, 2]);
});
