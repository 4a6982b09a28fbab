import { createLifecycle } from "../../services/core/runtime/lifecycle.ts";
import { createLogger } from "../../services/core/runtime/logger.ts";
import { openEmbeddedBacking } from "../../services/fairlead/processes/embedded-backing.ts";
import { campaignOf, type KillLoad } from "./kill-load.ts";

/** What is wrong with the leads of a data directory whose process was killed. */
export interface KillFindings {
  readonly leads: number;
  /** Acknowledged, but not in the log. */
  readonly lost: readonly string[];
  /** In the log, but not as it was sent, or not readable at all. */
  readonly torn: readonly string[];
}

/** Reads the leads topic of a stopped process from its first record. */
export async function findLostAndTorn(dataDir: string, load: KillLoad): Promise<KillFindings> {
  const lifecycle = createLifecycle(createLogger("silent", "test"));
  try {
    const onFault = (error: unknown): never => {
      throw error;
    };
    const { log } = await openEmbeddedBacking({ dataDir, clock: Date.now, lifecycle, onFault });
    const stored = new Map<string, string>();
    const torn: string[] = [];
    for (let partition = 0; partition < log.leads.partitionCount; partition++) {
      for await (const entries of log.leads.readRange(partition, 0, await log.leads.endOffset(partition))) {
        for (const entry of entries) {
          if (entry.kind === "poison") torn.push(`${partition}:${entry.offset} ${entry.code}`);
          else {
            const { externalId, leadId, source } = entry.value.facts;
            stored.set(externalId, leadId);
            const isWhole = load.sent.has(externalId) && source.campaign === campaignOf(externalId);
            if (!isWhole) torn.push(`${partition}:${entry.offset} ${externalId}`);
          }
        }
      }
    }
    const lost = Array.from(load.acknowledged).filter(([externalId, leadId]) => stored.get(externalId) !== leadId);
    return { leads: stored.size, lost: lost.map(([externalId]) => externalId), torn };
  } finally {
    await lifecycle.close();
  }
}
