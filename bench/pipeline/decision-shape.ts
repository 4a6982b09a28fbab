import { createLogRecordCodec } from "../../services/core/wire/log-record-codec.ts";
import type { Backing } from "../../services/fairlead/processes/backing.ts";
import { round } from "./summary.ts";

/** What a decision is made of: it is written once, and read by every applier and projector. */
export interface DecisionShape {
  readonly sampled: number;
  readonly bytes: number;
  readonly explainedReps: number;
  /** Share of the sample by outcome. */
  readonly outcomes: Readonly<Record<string, number>>;
}

const SAMPLE = 4000;

export async function describeDecisions({ log }: Pick<Backing, "log">): Promise<DecisionShape> {
  const codec = createLogRecordCodec();
  const outcomes: Record<string, number> = {};
  let [sampled, bytes, explainedReps] = [0, 0, 0];
  const end = Math.min(SAMPLE, await log.decisions.endOffset(0));
  for await (const entries of log.decisions.readRange(0, 0, end)) {
    for (const entry of entries) {
      if (entry.kind !== "value" || entry.value.type !== "decision") continue;
      const { explanation, outcome } = entry.value;
      sampled++;
      bytes += codec.encode(entry.value).length;
      explainedReps += explanation?.candidates.length ?? 0;
      outcomes[outcome.kind] = (outcomes[outcome.kind] ?? 0) + 1;
    }
  }
  return {
    sampled,
    bytes: Math.round(bytes / sampled),
    explainedReps: round(explainedReps / sampled),
    outcomes: Object.fromEntries(Object.entries(outcomes).map(([kind, count]) => [kind, round(count / sampled)])),
  };
}
