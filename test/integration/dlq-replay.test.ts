import { Kafka, logLevel } from "kafkajs";
import { afterEach, describe, expect, it } from "vitest";
import { createFindingSink, type Finding } from "../../services/auditor/finding.ts";
import { findLostLeads } from "../../services/auditor/find-lost-leads.ts";
import { ROUTER_GROUP, type AuditRecord, type Entry, type Log } from "../../services/core/ports/log.ts";
import { createLogFold, type LogFold } from "../../services/core/domain/decision/log-fold.ts";
import { createPublishPlan } from "../../services/planner/publish-plan.ts";
import { factsOf } from "../contract/store-records.ts";
import { startNode } from "../support/child-process.ts";
import { runFairlead } from "../support/flow-child.ts";
import { distributedInstallation, embeddedInstallation, type Installation } from "../support/installation.ts";
import { planOf, repsOf } from "../support/plan-builder.ts";
import { freshName, kafkaBrokers } from "../support/servers.ts";

const TENANT = "late";
const PARTITION = 1;
const BROKEN = Buffer.from("no lead at all");
const ROUTER = new URL("../support/router-child.ts", import.meta.url).pathname;

const MODES: readonly (readonly [string, () => Promise<Installation>])[] = [
  ["embedded", embeddedInstallation],
  ["distributed", distributedInstallation],
];

describe.each(MODES)("fairlead dlq, %s", (mode, open) => {
  let installation: Installation | undefined;
  afterEach(async () => {
    await installation?.remove();
    installation = undefined;
  });

  it("shows what was given up, and puts it back once, with an audit", { timeout: 240_000 }, async () => {
    const { env, with: use } = (installation = await open());
    const dlq = async (...args: string[]): Promise<string> => {
      const { code, output } = await runFairlead(["dlq", ...args], env);
      expect(`exit ${code}\n${output}`).toMatch(/^exit 0\n/u);
      return output;
    };
    const route = async (): Promise<void> => {
      const router = startNode([ROUTER], env);
      await router.until("at rest");
      await router.stop();
    };
    await use(async ({ log }) => {
      await log.leadCopies.appendCopy(PARTITION, { key: null, bytes: BROKEN, replayOf: "" });
      await log.leads.append(PARTITION, [requestOf("of nobody yet")]);
    });
    await route();

    const [broken, late] = await use(async ({ log }) =>
      [0, 1].map((offset) => `${log.leads.name}-${PARTITION}-${offset}`),
    );
    expect(await dlq("list")).toMatch(/\n2 dead letters\n$/u);
    expect(await dlq("list", "--code=RECORD_UNDECODABLE")).toContain(`${broken}  RECORD_UNDECODABLE`);
    expect(await dlq("list", `--tenant=${TENANT}`)).toContain(`${late}  TENANT_UNKNOWN at tenantId  tenant late`);
    expect(await dlq("list", "--older-than=1h")).toBe("0 dead letters\n");
    expect(await dlq("replay", `--id=${late}`)).toContain("1 would be replayed: --apply does it");
    expect(await endOfLeads()).toBe(2);

    await use(async ({ log, planSource }) => {
      const plan = planOf({ team: { square: [0, 40], reps: repsOf(3) } });
      await createPublishPlan({ source: planSource, log, clock: Date.now })({ ...plan, tenantId: TENANT });
    });
    // The tenant is known now, and its lead not decided: given up is not lost.
    expect(await lostLeads()).toEqual([]);
    expect(await dlq("replay", `--tenant=${TENANT}`, "--apply", "--by=ann")).toContain("1 replayed\n");
    expect(await endOfLeads()).toBe(3);
    await route();
    expect(await statusOf("of nobody yet")).toBe("owned");

    expect(await dlq("replay", `--tenant=${TENANT}`, "--apply")).toContain("1 were replayed before");
    expect(await endOfLeads()).toBe(3);
    expect(await dlq("replay", `--tenant=${TENANT}`, "--apply", "--force", "--by=ben")).toContain("1 replayed\n");
    await route();
    expect(await statusOf("of nobody yet")).toBe("owned");

    const { audit, copies } = await use(async ({ log }) => ({
      audit: (await readAll(log.audit.readRange(0, 0, 100))).map(auditLine),
      copies: await readAll(log.leads.readRange(PARTITION, 1, 100)),
    }));
    expect(audit).toEqual(
      ["ann", "ben"].flatMap((actor) => ["begun", "done"].map((step) => `${actor} dlq_replay_${step} ${late}`)),
    );
    expect(copies).toHaveLength(3);
    for (const { bytes, key } of copies) {
      expect([Buffer.from(bytes), Buffer.from(key!)]).toEqual([
        Buffer.from(copies[0]!.bytes),
        Buffer.from(copies[0]!.key!),
      ]);
    }
    // The file log has no headers.
    const headers = mode === "distributed" ? await replayHeaders(env) : null;
    expect(headers).toEqual(mode === "distributed" ? ["", "none", late, late] : null);

    async function endOfLeads(): Promise<number> {
      return use(({ log }) => log.leads.endOffset(PARTITION));
    }

    async function statusOf(leadId: string): Promise<string | undefined> {
      return use(async ({ log }) => (await foldOf(log)).tenants.get(TENANT)?.leads.get(leadId)?.status);
    }

    async function lostLeads(): Promise<readonly Finding[]> {
      return use(async ({ log }) => {
        const committed = await log.leads.committedOffsets(ROUTER_GROUP);
        const fold = await foldOf(log);
        fold.tenant(TENANT);
        const sink = createFindingSink();
        expect(await findLostLeads(log, { fold, committed }, sink)).toBe(0);
        return sink.kept;
      });
    }
  });

  it("refuses what it does not understand", async () => {
    installation = await open();
    for (const args of [["bury"], ["replay", "--all"], ["list", "--older-than=soon"], ["replay", "--rate=0"]]) {
      const { code, output } = await runFairlead(["dlq", ...args], installation.env);
      expect([code, output]).toEqual([1, expect.stringContaining("CONFIG_INVALID")]);
    }
  });
});

function requestOf(leadId: string) {
  return {
    facts: factsOf(leadId, {
      tenantId: TENANT,
      location: { latitudeDeg: 40.5, longitudeDeg: 0.5, postalCode: "", adminCode: "" },
    }),
    sealedContact: new Uint8Array([1, 2, 3]),
    cycle: 1,
    rerouteReason: "",
    excludedRepIds: [],
    rejectedReason: "",
  };
}

async function foldOf({ decisions }: Log): Promise<LogFold> {
  const fold = createLogFold();
  for (let partition = 0; partition < decisions.partitionCount; partition++) {
    const end = await decisions.endOffset(partition);
    for await (const entries of decisions.readRange(partition, 0, end)) {
      for (const entry of entries) if (entry.kind === "value") fold.add(partition, entry.value);
    }
  }
  return fold;
}

function auditLine(entry: Entry<AuditRecord>): string {
  if (entry.kind === "poison") return entry.code;
  const { actor, action, subjects } = entry.value;
  return `${actor} ${action} ${subjects.join(",")}`;
}

async function readAll<T>(batches: AsyncIterable<readonly T[]>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

/** The header of each record of the partition, in order. */
async function replayHeaders(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const consumer = new Kafka({ brokers: [...kafkaBrokers()], logLevel: logLevel.NOTHING }).consumer({
    groupId: freshName("headers"),
  });
  const headers: string[] = [];
  const complete = Promise.withResolvers<void>();
  await consumer.connect();
  await consumer.subscribe({ topics: [`${env["FAIRLEAD_KAFKA_PREFIX"]}.leads.v1`], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      headers.push(String(message.headers?.["replay-of"] ?? "none"));
      if (headers.length === 4) complete.resolve();
    },
  });
  await complete.promise;
  await consumer.disconnect();
  return headers;
}
