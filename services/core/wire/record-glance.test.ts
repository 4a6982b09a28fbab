import * as fc from "fast-check";
import { expect, it } from "vitest";
import { ledgerChange } from "../domain/ledger/ledger-change.ts";
import { createLogRecordCodec } from "./log-record-codec.ts";
import { isDecision, mayChangeLedger } from "./record-glance.ts";
import { logRecords } from "./wire-records.fixture.ts";

const codec = createLogRecordCodec();

it("knows any decision by its first byte", () => {
  fc.assert(
    fc.property(logRecords, (record) => {
      expect(isDecision(codec.encode(record))).toBe(record.type === "decision");
    }),
  );
});

it("tells of any record, as it is written, whether it may change the ledger", () => {
  const cycle = fc.constantFrom(1, 2, 300);
  fc.assert(
    fc.property(logRecords, cycle, (drawn, drawnCycle) => {
      const record = "cycle" in drawn ? { ...drawn, cycle: drawnCycle } : drawn;
      expect(mayChangeLedger(codec.encode(record))).toBe(ledgerChange(record) !== null);
    }),
  );
});

it("leaves what it does not understand to the decoder", () => {
  const first = Uint8Array.from([0x0a, 2, 0x18, 1]);
  expect(mayChangeLedger(first)).toBe(false);
  for (const bytes of [[], [0x0a], [0x0a, 0], [0x0a, 2, 0x20, 1], [0x0a, 9, 0x18, 1], [0x52, 0]]) {
    expect(mayChangeLedger(Uint8Array.from(bytes))).toBe(true);
  }
});
