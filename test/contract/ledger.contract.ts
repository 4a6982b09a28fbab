import { afterEach, beforeEach, describe } from "vitest";
import type { Ledger } from "../../services/core/ports/ledger.ts";
import { TENANT } from "./ledger-builders.ts";
import { epochCases } from "./ledger-epochs.ts";
import { fairnessCases } from "./ledger-fairness.ts";
import { identityCases } from "./ledger-identity.ts";
import { leadCases } from "./ledger-leads.ts";
import { limitCases } from "./ledger-limits.ts";
import { longListCases } from "./ledger-long-lists.ts";
import { scatteredRepCases } from "./ledger-scattered.ts";
import { strategyCases } from "./ledger-strategies.ts";
import { unconfirmedCases } from "./ledger-unconfirmed.ts";
import { windowCases } from "./ledger-windows.ts";

/** A ledger for one test: empty, and ready as epoch 1. */
export type UseLedger = () => Ledger;

/**
 * What every ledger promises (services/core/ports/ledger.ts).
 *
 * @param open makes an empty ledger, and may take the room of the one before
 */
export function ledgerContract(name: string, open: () => Promise<Ledger>): void {
  describe(`${name} keeps the Ledger contract`, () => {
    let ledger: Ledger;
    const use: UseLedger = () => ledger;

    beforeEach(async () => {
      ledger = await open();
      await ledger.seed(1, new Map([[TENANT, []]]));
    });
    afterEach(() => ledger.close());

    describe("leads and their cycles", () => {
      leadCases(use);
    });
    describe("reservations that are not in the log yet", () => {
      unconfirmedCases(use);
    });
    describe("identity", () => {
      identityCases(use);
    });
    describe("limits", () => {
      limitCases(use);
    });
    describe("windows from call to call", () => {
      windowCases(use);
    });
    describe("strategies", () => {
      strategyCases(use);
    });
    describe("long lists", () => {
      longListCases(use);
    });
    describe("scattered reps", () => {
      scatteredRepCases(use);
    });
    describe("fairness", () => {
      fairnessCases(use, open);
    });
    describe("epochs", () => {
      epochCases(use);
    });
  });
}
