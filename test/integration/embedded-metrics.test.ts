import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { openEmbeddedFlow } from "../support/flow-embedded.ts";
import type { Flow } from "../support/flow-open.ts";

/** The log is looked at every 10 s. */
const WITHIN = { timeout: 25_000, interval: 250 };

let flow: Flow;
beforeAll(async () => {
  flow = await openEmbeddedFlow();
});
afterAll(() => flow.close());

it("shows how far each group is behind in each partition, and no link, which there is none of", async () => {
  const read = async (): Promise<string> => (await fetch(`${flow.desk}/metrics`)).text();
  const groups = async (): Promise<unknown> => {
    const series = (await read()).matchAll(
      /^fairlead_consumer_lag_records\{group="(.+)",topic="(.+)",partition="(\d)"\} (\d+)$/gmu,
    );
    return [...series].map(([, ...parts]) => parts.join(" "));
  };
  const expected = [
    ["fairlead.applier", "fairlead.decisions.v1"],
    ["fairlead.router", "fairlead.leads.v1"],
    ["fairlead.projector", "fairlead.decisions.v1"],
    ["fairlead.steward", "fairlead.decisions.v1"],
  ].flatMap(([group, topic]) => [0, 1, 2, 3].map((partition) => `${group} ${topic} ${partition} 0`));
  await vi.waitFor(async () => expect(await groups()).toEqual(expected), WITHIN);
  expect(await read()).not.toContain("fairlead_consumer_last_fetch_timestamp_seconds{");
});
