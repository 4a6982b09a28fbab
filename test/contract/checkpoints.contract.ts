import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { foldRecord } from "../../services/core/domain/ledger/fold-record.ts";
import { LedgerImage } from "../../services/core/domain/ledger/ledger-image.ts";
import { decision, FACTS } from "../../services/core/domain/decision/records.fixture.ts";
import type { Checkpoints, LedgerFold } from "../../services/core/ports/checkpoints.ts";
import { canonical } from "./ledger-builders.ts";

export interface OpenedCheckpoints {
  readonly checkpoints: Checkpoints;
  close(): Promise<void>;
}

export function checkpointsContract(name: string, open: () => Promise<OpenedCheckpoints>): void {
  describe(`checkpoints: ${name}`, () => {
    let opened: OpenedCheckpoints;
    let checkpoints: Checkpoints;
    beforeAll(async () => {
      opened = await open();
      ({ checkpoints } = opened);
    });
    afterAll(() => opened.close());

    it("has none at first", async () => {
      expect(await checkpoints.head()).toBeNull();
      expect(await checkpoints.newest()).toBeNull();
    });

    it("gives back what was saved last, over many chunks", async () => {
      for (const leads of [3, 30_000, 10]) {
        const fold = foldOf(leads);
        await checkpoints.save(fold);
        expect(await checkpoints.head()).toEqual({ positions: fold.positions, leads });
        expect(contentOf(await checkpoints.newest())).toEqual(contentOf(fold));
      }
    });

    it("keeps the one before when a save is cut short", async () => {
      await checkpoints.save(foldOf(5));
      await expect(checkpoints.save(brokenFold())).rejects.toThrow();
      expect(contentOf(await checkpoints.newest())).toEqual(contentOf(foldOf(5)));
    });
  });
}

/** Some leads of a tenant with letters of more than one byte, and a tenant without any. */
export function foldOf(leads: number): LedgerFold {
  const image = new LedgerImage();
  for (let index = 0; index < leads; index++) {
    const leadId = `lead-é-${index}`;
    const facts = { ...FACTS, leadId, identityKeys: [`phone-${index % 7}`] };
    const charge = { loadMilli: 1000, credit: index / 3, turn: index, floor: index / 7 };
    foldRecord(image, { ...decision(1, `rep-${index % 5}`, { facts, charge }), leadId, atMs: 1_000 * index }, 0);
  }
  const position = { next: leads, barrierEpoch: 3, lastAppendedAtMs: 1_700_000_000_123, lastBytes: 321 };
  return {
    positions: [position, { next: 0, barrierEpoch: 0, lastAppendedAtMs: 0, lastBytes: 0 }],
    tenants: new Map([
      ["t", image],
      ["empty", new LedgerImage()],
    ]),
  };
}

/** Its rows break off behind the first chunks. */
function brokenFold(): LedgerFold {
  const fold = foldOf(30_000);
  const broken = new LedgerImage();
  broken.foldRows = () => {
    throw new Error("no more rows");
  };
  fold.tenants.set("broken", broken);
  return fold;
}

export function contentOf(fold: LedgerFold | null): object | null {
  if (fold === null) return null;
  const { positions, tenants } = fold;
  return { positions, tenants: Array.from(tenants, ([tenantId, image]) => [tenantId, canonical(image.foldRows())]) };
}
