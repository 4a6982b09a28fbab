import type { Attempts } from "../../core/ports/attempts.ts";
import type { Checkpoints } from "../../core/ports/checkpoints.ts";
import type { ContactVault } from "../../core/ports/contact-vault.ts";
import type { Ledger } from "../../core/ports/ledger.ts";
import type { Log } from "../../core/ports/log.ts";
import type { PlanSource } from "../../core/ports/plan-source.ts";
import type { Store } from "../../core/ports/store.ts";
import { createPrepareLead } from "../../core/domain/lead/prepare-lead.ts";
import type { Clock } from "../../core/domain/lead/clock.ts";
import { createAuditRecordCodec } from "../../core/wire/audit-record-codec.ts";
import { createDeadLetterCodec } from "../../core/wire/dead-letter-codec.ts";
import { createLeadRequestCodec } from "../../core/wire/lead-request-codec.ts";
import { createLogRecordCodec } from "../../core/wire/log-record-codec.ts";
import { partitionOf } from "../../core/wire/murmur2.ts";
import { partitionKey } from "../../core/wire/partition-key.ts";
import { createRecoveryStartCodec } from "../../core/wire/recovery-start-codec.ts";

/** What the services stand on; the same for all of them, whatever it is made of. */
export interface Backing {
  readonly log: Log;
  readonly ledger: Ledger;
  readonly store: Store;
  readonly planSource: PlanSource;
  readonly checkpoints: Checkpoints;
  readonly vault: ContactVault;
  readonly attempts: Attempts;
}

/** The codecs of all topics. Leads that come straight to the topic are prepared here as at the door. */
export function createCodecs(vault: ContactVault, clock: Clock) {
  const prepareLead = createPrepareLead({ vault, clock });
  return {
    leads: createLeadRequestCodec({
      prepare: (captured, fallbackLeadId) => ({
        ok: true,
        value: prepareLead(captured, { tenantId: captured.tenantId, leadId: () => fallbackLeadId }),
      }),
    }),
    decisions: createLogRecordCodec(),
    control: createRecoveryStartCodec(),
    deadLetters: createDeadLetterCodec(),
    audit: createAuditRecordCodec(),
  };
}

/** Partition of a lead in the leads topic and in the decision log, which have equally many. */
export function createPartitioner(partitionCount: number) {
  return (tenantId: string, leadId: string): number => partitionOf(partitionKey(tenantId, leadId), partitionCount);
}
