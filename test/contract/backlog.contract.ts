import { afterEach, describe, expect, test, vi } from "vitest";
import { Backlog } from "../../services/capture/admission/backlog.ts";
import type { BatchVerdict, GroupReader } from "../../services/core/ports/log.ts";
import { createProcessMetrics } from "../../services/fairlead/processes/process-metrics.ts";
import { createReaderWatch } from "../../services/fairlead/processes/watch-readers.ts";
import { flowLogger } from "../support/flow-open.ts";
import type { OpenedTopic, OpenTopic } from "./topic-codec.ts";

const WITHIN = { timeout: 20_000, interval: 20 };
const GROUP = "routers";

/** The age of what waits, as the capture door sees it over any log. */
export function backlogContract(name: string, open: OpenTopic): void {
  describe(`backlog: ${name}`, () => {
    let opened: OpenedTopic;
    let reader: GroupReader | undefined;
    afterEach(async () => {
      await reader?.close();
      reader = undefined;
      await opened.close();
    });

    test("is as old as the oldest end that the group has not committed, and nothing once it has", async () => {
      opened = await open(2);
      const { topic } = opened;
      let nowMs = 0;
      const backlog = new Backlog({ leads: topic, group: GROUP, clock: () => nowMs });
      const secondsAt = async (ms: number): Promise<number> => {
        nowMs = ms;
        await backlog.look();
        return backlog.seconds();
      };
      expect(await secondsAt(0)).toBe(0);
      await topic.append(0, ["- one", "- two"]);
      expect(await secondsAt(1_000)).toBe(0);
      await topic.append(1, ["- three"]);
      expect(await secondsAt(4_000)).toBe(3);
      let verdict: BatchVerdict = { kind: "retry", afterMs: 50 };
      const delivered = new Set<number>();
      reader = await topic.consume({
        group: GROUP,
        async handle({ partition }) {
          delivered.add(partition);
          return partition === 0 ? { kind: "commit" } : verdict;
        },
      });
      await vi.waitFor(() => expect(delivered.size).toBe(2), WITHIN);
      // Partition 0 is done; what waits in partition 1 was first seen at 4 s.
      await vi.waitFor(async () => expect(await secondsAt(9_000)).toBe(5), WITHIN);
      verdict = { kind: "commit" };
      await vi.waitFor(async () => expect(await secondsAt(10_000)).toBe(0), WITHIN);
    });

    test("is shown by partition, in records that the group has not committed", async () => {
      opened = await open(2);
      const { topic } = opened;
      const metrics = createProcessMetrics(flowLogger());
      const { watched, look } = createReaderWatch(metrics);
      const behind = async (): Promise<unknown> => {
        await look();
        const gauge = metrics.registry.getSingleMetric("fairlead_consumer_lag_records");
        return (await gauge?.get())?.values.map(({ labels, value }) => ({ ...labels, value }));
      };
      await topic.append(0, ["- one", "- two", "- three"]);
      await topic.append(1, ["- four"]);
      expect(await behind()).toEqual([]);
      reader = await watched(topic).consume({
        group: GROUP,
        handle: async ({ partition }) => (partition === 0 ? { kind: "commit" } : { kind: "retry", afterMs: 50 }),
      });
      const reads = { group: GROUP, topic: topic.name };
      const expected = [
        { ...reads, partition: "0", value: 0 },
        { ...reads, partition: "1", value: 1 },
      ];
      await vi.waitFor(async () => expect(await behind()).toEqual(expected), WITHIN);
      await topic.append(1, ["- five"]);
      expect(await behind()).toMatchObject([{ value: 0 }, { value: 2 }]);
    });
  });
}
