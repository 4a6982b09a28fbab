import type { MatchedLead } from "../core/domain/matching/match-lead.ts";
import type { Settled } from "../core/protocol/commit-decisions.ts";

/** What the router tells its surroundings; the process file turns it into metrics and log lines. */
export interface RouterEvents {
  onRouted(leads: readonly MatchedLead[], results: readonly Settled[], decidedAtMs: number): void;
  onAbandoned(reason: string): void;
  onBuried(code: string): void;
  onFault(error: unknown): void;
}
