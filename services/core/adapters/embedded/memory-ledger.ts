import { applyChange } from "../../domain/ledger/fold-ledger.ts";
import { LedgerImage } from "../../domain/ledger/ledger-image.ts";
import type { LedgerRow } from "../../domain/ledger/ledger-row.ts";
import { reserveBatch } from "../../domain/ledger/reserve.ts";
import type { Ledger } from "../../ports/ledger.ts";

/** The ledger of a single process. Every operation is atomic because it runs between two turns of the event loop. */
export function createMemoryLedger(): Ledger {
  let activeEpoch: number | null = null;
  let images = new Map<string, LedgerImage>();

  return {
    async reserve(request) {
      const image = images.get(request.tenantId);
      if (image === undefined || activeEpoch !== request.epoch) return { kind: "fenced" };
      return { kind: "reserved", results: reserveBatch(image, request) };
    },
    async apply(tenantId, changes, minEpoch) {
      const image = images.get(tenantId);
      if (image === undefined || activeEpoch === null || activeEpoch < minEpoch) return "fenced";
      for (const change of changes) applyChange(image, change);
      return "applied";
    },
    async unfinished(tenantId) {
      return images.get(tenantId)?.unfinished() ?? [];
    },
    async readyEpoch(tenantIds) {
      return tenantIds.every((tenantId) => images.has(tenantId)) ? activeEpoch : null;
    },
    async seed(epoch, tenants) {
      if (activeEpoch !== null && activeEpoch >= epoch) return "superseded";
      images = new Map(Array.from(tenants, ([tenantId, rows]) => [tenantId, imageOf(rows)]));
      activeEpoch = epoch;
      return "activated";
    },
    async open(tenantId, epoch) {
      if (activeEpoch !== epoch) return "fenced";
      if (images.has(tenantId)) return "known";
      images.set(tenantId, new LedgerImage());
      return "opened";
    },
    async *dump(tenantId) {
      yield* images.get(tenantId)?.rows() ?? [];
    },
    async close() {},
  };
}

/** A fold is taken over as it is: a million leads would be copied for seconds. */
const imageOf = (rows: Iterable<LedgerRow>): LedgerImage =>
  rows instanceof LedgerImage ? rows : LedgerImage.fromRows(rows);
