import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createLogFold } from "../../services/core/domain/decision/log-fold.ts";
import type { LeadState } from "../../services/core/domain/decision/lead-state.ts";
import type { LedgerLeadStatus } from "../../services/core/domain/ledger/ledger-row.ts";
import type { LedgerFold } from "../../services/core/ports/checkpoints.ts";
import { emptyFold, foldUpTo, resumeFold } from "../../services/core/protocol/ledger-fold.ts";
import { endOffsets } from "../../services/core/protocol/ledger-fold.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../services/core/wire/checkpoint-codec.ts";
import { FOLD_VERSION } from "../../services/core/wire/checkpoint-head-fields.ts";
import { createArrayTopic, type ArrayTopic } from "../support/array-topic.ts";
import { memoryCheckpoints } from "../support/memory-checkpoints.ts";
import { PARTITIONS, type Pour, soup } from "../support/log-soup.ts";
import { canonical } from "./ledger-builders.ts";

const RUNS = Number(process.env["FAIRLEAD_TEST_RUNS"] ?? 1000);
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: PARTITIONS, maxLength: PARTITIONS });

it("a checkpoint at any positions and the log behind them give what the whole log gives", async () => {
  await fc.assert(
    fc.asyncProperty(soup, cuts, cuts, async (pours, first, second) => {
      const decisions = topicOf(pours);
      const ends = await endOffsets(decisions);
      const whole = await folded(decisions, emptyFold(PARTITIONS), ends);

      let fold = emptyFold(PARTITIONS);
      for (const cut of [first, second]) {
        const marks = ends.map((end, partition) => Math.floor(end * cut[partition]!));
        await foldUpTo(decisions, fold, { marks });
        fold = await throughBytes(fold);
      }
      expect(rowsOf(await folded(decisions, fold, ends))).toEqual(rowsOf(whole));
    }),
    { numRuns: RUNS },
  );
});

it("the ledger is folded by its own entries as leads are by their states", () => {
  fc.assert(
    fc.property(soup, (pours) => {
      const fold = createLogFold();
      for (const { partition, record } of pours) fold.add(partition, record);
      const tenant = fold.tenant("t");
      for (const [leadId, state] of tenant.leads) {
        expect(tenant.ledger.lead(leadId)).toMatchObject({ cycle: state.cycle, status: entryStatus(state) });
      }
      expect(tenant.ledger.leadCount).toBe(tenant.leads.size);
    }),
    { numRuns: RUNS },
  );
});

it("goes on only from a checkpoint of the same log", async () => {
  const checkpoints = memoryCheckpoints();
  const pours = fc.sample(soup, { numRuns: 20, seed: 1 }).flat();
  const decisions = topicOf(pours);
  await checkpoints.save(await folded(decisions, emptyFold(PARTITIONS), await endOffsets(decisions)));
  expect(await resumeFold(decisions, checkpoints)).not.toBeNull();

  expect(await resumeFold(topicOf(pours.slice(0, -30)), checkpoints)).toBeNull();
  expect(await resumeFold(madeAnew(decisions), checkpoints)).toBeNull();
  expect(await resumeFold(createArrayTopic(PARTITIONS + 1), checkpoints)).toBeNull();
});

/** What went on from a checkpoint of another meaning of the log would differ from the log for ever. */
it("folds these records as the version of checkpoints says", async () => {
  const decisions = topicOf(fc.sample(soup, { numRuns: 50, seed: 2 }).flat());
  const fold = await folded(decisions, emptyFold(PARTITIONS), await endOffsets(decisions));
  const digest = createHash("sha256")
    .update(JSON.stringify(rowsOf(fold)))
    .digest("hex")
    .slice(0, 16);
  expect({ FOLD_VERSION, digest }, "the fold has changed: raise FOLD_VERSION").toEqual({
    FOLD_VERSION: 1,
    digest: "065a57c1ca0cf7b2",
  });
});

/** The same records, appended a moment later. */
function madeAnew(decisions: ArrayTopic): ArrayTopic {
  return {
    ...decisions,
    async *readRange(...range) {
      for await (const entries of decisions.readRange(...range)) {
        yield entries.map((entry) => ({ ...entry, appendedAtMs: entry.appendedAtMs + 1 }));
      }
    },
  };
}

function topicOf(pours: readonly Pour[]): ArrayTopic {
  const topic = createArrayTopic(PARTITIONS);
  for (const { partition, record } of pours) topic.put(partition, [record]);
  return topic;
}

async function folded(decisions: ArrayTopic, fold: LedgerFold, marks: readonly number[]): Promise<LedgerFold> {
  await foldUpTo(decisions, fold, { marks });
  return fold;
}

/** As it comes back from where it was kept. */
async function throughBytes(fold: LedgerFold): Promise<LedgerFold> {
  const chunks = [...encodeCheckpoint(fold)];
  const back = await decodeCheckpoint(
    (async function* () {
      yield* chunks;
    })(),
  );
  expect(back?.positions).toEqual(fold.positions);
  if (back === null) throw new Error("The checkpoint did not come back.");
  return back;
}

function rowsOf({ positions, tenants }: LedgerFold): object {
  return { positions, tenants: Array.from(tenants, ([tenantId, image]) => [tenantId, canonical(image.foldRows())]) };
}

/** A lead that was released to a pool is on its way, whatever pool it is in; what ended a lead is one thing to the ledger. */
function entryStatus({ status, reason }: LeadState): LedgerLeadStatus {
  switch (status) {
    case "converted":
    case "closed":
    case "nurture":
      return "closed";
    case "public":
      return reason === "" ? "public" : "released";
    default:
      return status;
  }
}
