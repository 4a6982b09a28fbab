import { createLogFold } from "../../services/core/domain/decision/log-fold.ts";
import type { LeadState } from "../../services/core/domain/decision/lead-state.ts";
import type { Closure, Decision, LeadRecord, LogRecord } from "../../services/core/domain/decision/log-record.ts";
import { applyChange } from "../../services/core/domain/ledger/fold-ledger.ts";
import { ledgerChange } from "../../services/core/domain/ledger/ledger-change.ts";
import { LedgerImage } from "../../services/core/domain/ledger/ledger-image.ts";
import { reserveBatch } from "../../services/core/domain/ledger/reserve.ts";
import type { ReserveItem } from "../../services/core/domain/ledger/reservation.ts";
import { NOW_MS, claimsPerDay, grant, intakePerHour, item, listOf, request } from "./ledger-builders.ts";

export const POOL_SIZE = 3;
const TENANT = "t";
const REPS = ["ann", "bob", "cho"].map((repId, index) =>
  grant(repId, { privatePool: POOL_SIZE, fairnessWeight: index + 1, windows: [intakePerHour(9), claimsPerDay(9)] }),
);
const TEAM = listOf(REPS, { fits: [1000, 5000, 9000], fairnessBound: 1 });
const ONLY = REPS.map((rep) => [listOf([rep])]);
const refuse = { otherwise: { kind: "refuse" as const } };

export const ACTS = ["route", "route", "claim", "transfer", "release", "close", "reopen"] as const;
export const MOVES = ["land", "land", "apply", "apply", "deliver again", "retry", "rebuild", "drain"] as const;

export interface RaceStep {
  readonly move: (typeof ACTS)[number] | (typeof MOVES)[number] | "lose";
  readonly lead: number;
  readonly pick: number;
  /** How many changes of the lead the one who acts has not seen yet. */
  readonly behind: number;
}

/** Records on their way to the log, and the request whose reservation they tell of. */
interface Append {
  readonly item: ReserveItem;
  readonly epoch: number;
  readonly records: readonly LeadRecord[];
}

/**
 * One ledger, one partition of the log, and everything that may come between them: appends in any order, commands of
 * people who saw an older state, an applier that is late or starts again, a recovery.
 */
export class RaceWorld {
  readonly fold = createLogFold();
  ledger = new LedgerImage();
  readonly #log: LogRecord[] = [];
  readonly #appends: Append[] = [];
  readonly #seen = new Map<string, LeadState[]>();
  /** Offset up to which the applier has read. */
  #applied = 0;
  #epoch = 1;
  #atMs = NOW_MS;

  play(step: RaceStep): void {
    this.#atMs += 1;
    switch (step.move) {
      case "land":
        return this.#land(step.pick);
      case "apply":
        return this.#apply(1 + (step.pick % 3));
      case "drain":
        return this.#apply(this.#log.length);
      case "deliver again":
        this.#applied = Math.max(0, this.#applied - step.pick);
        return;
      case "retry":
        return this.#retry(step.pick);
      case "rebuild":
        return this.#rebuild();
      case "lose":
        return void this.#appends.splice(step.pick % Math.max(1, this.#appends.length), 1);
      default:
        return this.#act(step, step.move);
    }
  }

  /** Lets everything arrive. What was lost is found in the ledger by whoever wants the lead next, and is logged by him. */
  settle(lostLeads: readonly number[] = []): void {
    while (this.#appends.length > 0) this.#land(0);
    this.#apply(this.#log.length);
    for (const lead of lostLeads) this.#recover(`lead-${lead}`);
    while (this.#appends.length > 0) this.#land(0);
    this.#apply(this.#log.length);
  }

  /** As a router or the desk would, whoever asked first: an owned lead needs its release too. */
  #recover(leadId: string): void {
    const cycle = this.ledger.lead(leadId)?.cycle ?? 0;
    const state = this.#state(leadId, 0);
    if (cycle <= (state?.cycle ?? 0)) return;
    const before = state?.status === "owned" ? [this.#release(state, 0)] : [];
    this.#reserve(item(leadId, { cycle }), before);
  }

  get image(): LedgerImage {
    return this.fold.tenant(TENANT).ledger;
  }

  #state(leadId: string, behind: number): LeadState | undefined {
    return this.#seen.get(leadId)?.at(-1 - behind);
  }

  #append(record: LogRecord): void {
    this.#log.push(record);
    const verdict = this.fold.add(0, record);
    if (verdict !== "effective" || !("leadId" in record)) return;
    const { leadId } = record;
    this.#seen.set(leadId, [...(this.#seen.get(leadId) ?? []), this.fold.tenant(TENANT).leads.get(leadId)!]);
  }

  #land(pick: number): void {
    const [landed] = this.#appends.splice(pick % Math.max(1, this.#appends.length), 1);
    for (const record of landed?.records ?? []) this.#append(record);
  }

  #apply(count: number): void {
    for (const record of this.#log.slice(this.#applied, this.#applied + count)) {
      const change = ledgerChange(record);
      if (change !== null) applyChange(this.ledger, change);
    }
    this.#applied = Math.min(this.#log.length, this.#applied + count);
  }

  /** The applier goes on from where it was, which may be far before the barrier. */
  #rebuild(): void {
    this.#epoch += 1;
    this.#append({ type: "barrier", epoch: this.#epoch });
    this.ledger = LedgerImage.fromRows(this.image.rows());
  }

  /** Redelivery: the reservation once more, and another append of whatever it answers. */
  #retry(pick: number): void {
    const append = this.#appends[pick % Math.max(1, this.#appends.length)];
    if (append === undefined) return;
    const [first] = append.records;
    this.#reserve(append.item, first!.type === "decision" ? [] : [first!]);
  }

  #act({ lead, pick, behind }: RaceStep, act: (typeof ACTS)[number]): void {
    const leadId = `lead-${lead}`;
    const state = this.#state(leadId, behind);
    if (state === undefined) {
      if (act === "route" && !this.#seen.has(leadId)) this.#open(lead, pick);
      return;
    }
    if (state.status === "closed" && act === "reopen") this.#reopen(state);
    else if (state.status === "owned") this.#actOnOwned(state, act, pick);
    else if (["public", "parked", "released"].includes(state.status)) this.#actOnFree(state, act, pick);
  }

  #actOnOwned(state: LeadState, act: (typeof ACTS)[number], pick: number): void {
    if (act === "release") this.#append(this.#release(state, pick));
    else if (act === "close") this.#append(this.#closure(state));
    else if (act === "transfer") {
      const to = { cycle: state.cycle + 1, lists: ONLY[pick % 3]!, transferFromRepId: state.repId };
      this.#reserve(item(state.leadId, { ...refuse, ...to, via: "transferred" }), [this.#release(state, 0)]);
    }
  }

  #actOnFree(state: LeadState, act: (typeof ACTS)[number], pick: number): void {
    const { leadId } = state;
    const cycle = state.cycle + 1;
    if (act === "close") this.#append(this.#closure(state));
    else if (act === "route") this.#reserve(item(leadId, { cycle, via: "rerouted", lists: [TEAM] }), []);
    else if (act === "claim") {
      const claim = { ...refuse, cycle, via: "claimed" as const, lists: ONLY[pick % 3]! };
      this.#reserve(item(leadId, claim), []);
    }
  }

  #open(lead: number, pick: number): void {
    const opening = item(`lead-${lead}`, {
      identityKeys: keysOf(lead),
      lists: pick % 3 === 0 ? [] : [TEAM],
      otherwise: pick % 2 === 0 ? { kind: "public", poolId: "pool" } : { kind: "parked", reason: "no_capacity" },
    });
    this.#reserve(opening, []);
  }

  #reopen(state: LeadState): void {
    this.#append({ ...this.#base(state), type: "reopening", reason: "back" });
  }

  #base = ({ leadId, cycle }: Pick<LeadState, "leadId" | "cycle">) => ({
    tenantId: TENANT,
    leadId,
    cycle,
    atMs: this.#atMs,
    operator: "test",
  });

  #release(state: LeadState, pick: number): LeadRecord {
    const to = pick % 2 === 0 ? ({ kind: "reroute" } as const) : ({ kind: "public", poolId: "pool" } as const);
    return {
      ...this.#base(state),
      type: "release",
      repId: state.repId!,
      reason: "released",
      loadMilli: state.loadMilli,
      to,
    };
  }

  #closure(state: LeadState): Closure {
    const { repId, loadMilli, leadId } = state;
    const identityKeys = keysOf(Number(leadId.slice(5)));
    return { ...this.#base(state), type: "closure", result: "closed", reason: "lost", repId, loadMilli, identityKeys };
  }

  #reserve(one: ReserveItem, before: readonly LeadRecord[]): void {
    const [result] = reserveBatch(this.ledger, request([one], { atMs: this.#atMs, epoch: this.#epoch }));
    if (result?.kind !== "decided") return;
    const { leadId, cycle, channel } = one;
    const decision = {
      ...this.#base({ leadId, cycle }),
      type: "decision",
      atMs: result.atMs,
      epoch: this.#epoch,
      outcome: result.outcome,
      via: result.via,
      planVersion: result.planVersion,
      nodeId: TEAM.nodeId,
      charge: result.charge,
      facts: { identityKeys: keysOf(Number(leadId.slice(5))), source: { channel } },
    } as unknown as Decision;
    this.#appends.push({ item: one, epoch: this.#epoch, records: [...before, decision] });
  }
}

/** Leads 0 and 1 share keys with leads 2 and 3. */
const keysOf = (lead: number): readonly string[] => [`phone-${lead % 2}`, `e-mail-${lead}`];
