import { afterEach, describe, expect, it } from "vitest";
import { createLogFold } from "../../services/core/domain/decision/log-fold.ts";
import { endOffsets } from "../../services/core/protocol/ledger-fold.ts";
import { createCodecs, type Backing } from "../../services/fairlead/processes/backing.ts";
import { createPublishPlan } from "../../services/planner/publish-plan.ts";
import { factsOf } from "../contract/store-records.ts";
import { startNode } from "../support/child-process.ts";
import { tallyFaults } from "../support/fault-tally.ts";
import { readDeadLetters } from "../support/flow-open.ts";
import { distributedInstallation, embeddedInstallation, type Installation } from "../support/installation.ts";
import { planOf, repsOf } from "../support/plan-builder.ts";

const TENANT = "mined";
/** A record may be in any partition: these are all in one, so that they come as one batch. */
const PARTITION = 0;
/** One before the first killer, one between two, one behind. */
const LEADS = ["before", "killer-1", "between", "killer-2", "behind"];
const ROUTER = new URL("../support/router-child.ts", import.meta.url).pathname;

const MODES: readonly (readonly [string, () => Promise<Installation>])[] = [
  ["embedded", embeddedInstallation],
  ["distributed", distributedInstallation],
];

describe.each(MODES)("records that kill the process, %s", (_, open) => {
  let installation: Installation | undefined;
  afterEach(async () => {
    await installation?.remove();
    installation = undefined;
  });

  it(
    "get three attempts each, then the partition moves on, and no other lead is the worse for it",
    { timeout: 240_000 },
    async () => {
      installation = await open();
      const leads = LEADS.map(requestOf);
      await installation.with(async ({ log, planSource }) => {
        const plan = planOf({ team: { square: [0, 40], reps: repsOf(3) } });
        await createPublishPlan({ source: planSource, log, clock: Date.now })({ ...plan, tenantId: TENANT });
        await log.leads.append(PARTITION, leads);
      });

      let deaths = 0;
      for (; deaths < 20; deaths += 1) if ((await runToItsEnd(installation)) === "at rest") break;
      // The batch as a whole, then each killer twice: its third attempt buries it.
      expect(deaths).toBe(5);

      await installation.with(async (backing) => {
        const letters = await readDeadLetters(backing.log.deadLetters);
        const { leads: codec } = createCodecs(backing.vault, Date.now);
        expect(new Set(letters.map(({ deadLetterId, code }) => `${deadLetterId} ${code}`))).toEqual(
          new Set([1, 3].map((offset) => `${backing.log.leads.name}-${PARTITION}-${offset} RECORD_KILLER`)),
        );
        for (const { offset, bytes, attempts } of letters) {
          expect(Buffer.from(bytes)).toEqual(Buffer.from(codec.encode(leads[offset]!)));
          expect(attempts).toBeGreaterThanOrEqual(3);
        }
        expect(await statuses(backing)).toEqual(["owned", "dead", "owned", "dead", "owned"]);
      });
      // The next start finds nothing to be careful about.
      expect(await runToItsEnd(installation)).toBe("at rest");
      tallyFaults({ row: "F17", level: "R", count: deaths });
    },
  );
});

function requestOf(leadId: string) {
  return {
    facts: factsOf(leadId, {
      tenantId: TENANT,
      identityKeys: [],
      externalId: leadId.startsWith("killer") ? "killer" : leadId,
      location: { latitudeDeg: 40.5, longitudeDeg: 0.5, postalCode: "", adminCode: "" },
    }),
    sealedContact: new Uint8Array([1, 2, 3]),
    cycle: 1,
    rerouteReason: "",
    excludedRepIds: [],
    rejectedReason: "",
  };
}

async function runToItsEnd({ env }: Installation): Promise<"at rest" | "killed"> {
  const router = startNode([ROUTER], env);
  try {
    await router.until("at rest");
    await router.stop();
    return "at rest";
  } catch (error) {
    if (router.child.signalCode === "SIGKILL") return "killed";
    throw error;
  }
}

async function statuses({ log }: Backing): Promise<readonly (string | undefined)[]> {
  const fold = createLogFold();
  const { decisions } = log;
  for (const [partition, end] of (await endOffsets(decisions)).entries()) {
    for await (const entries of decisions.readRange(partition, 0, end)) {
      for (const entry of entries) if (entry.kind === "value") fold.add(partition, entry.value);
    }
  }
  return LEADS.map((leadId) => fold.tenants.get(TENANT)?.leads.get(leadId)?.status);
}
