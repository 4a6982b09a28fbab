import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { SqlSession } from "../../services/core/adapters/sql/session.ts";
import type { Projection } from "../../services/core/ports/store.ts";
import { createLookBack } from "../../services/projector/look-back.ts";
import { createProjector } from "../../services/projector/projector.ts";
import { createArrayTopic, type ArrayTopic } from "../support/array-topic.ts";
import { openDatabase, type OpenedDatabase } from "./store-open.ts";
import { decisionOf, releaseOf, TENANT } from "./store-records.ts";

const clock = (): number => 10_000;
const RECORDS = [decisionOf("a"), releaseOf(decisionOf("a"), { kind: "public", poolId: "p" })];

/** The store after a failover to a standby that had not heard of the last transactions: here, of any. */
export function storeFailoverContract(name: string, openSession: () => Promise<SqlSession>): void {
  describe(`Projectors after a failover of ${name} that lost transactions`, () => {
    let database: OpenedDatabase;
    beforeAll(async () => {
      database = await openDatabase(openSession);
    });
    beforeEach(() => database.empty());
    afterAll(() => database.session.close());

    async function startProjector(projection: Projection = database.store): Promise<ArrayTopic> {
      const topic = createArrayTopic(1);
      topic.put(0, RECORDS);
      await createProjector({ decisions: topic, projection, clock }).start();
      return topic;
    }
    const statusOf = async (leadId: string) =>
      (await database.store.lead({ tenantId: TENANT, nodeIds: null }, leadId))?.status;

    it("bring them again although no record comes", async () => {
      const topic = await startProjector();
      await topic.deliver(0, [0, 2]);
      await database.empty();
      const lookBack = createLookBack({ decisions: topic, projection: database.store, clock });
      await lookBack();
      expect(await statusOf("a")).toBeUndefined();
      await lookBack();
      expect(await statusOf("a")).toBe("public");
    });

    it("take nothing from what the store was before another one had brought them again", async () => {
      const others = await startProjector();
      let isBehind = true;
      const topic = await startProjector({
        ...database.store,
        async states(...asked) {
          const known = await database.store.states(...asked);
          if (isBehind) await others.deliver(0, [0, 1]);
          isBehind = false;
          return known;
        },
      });
      await topic.deliver(0, [0, 1]);
      await database.empty();
      expect(await topic.deliver(0, [1, 2])).toEqual({ kind: "commit" });
      expect(await statusOf("a")).toBe("public");
    });
  });
}
