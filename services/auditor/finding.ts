/** Invariants of design §2 that the auditor can judge from the outside. */
export type Invariant =
  /** Every input below the committed offset has an outcome. */
  | "I1_no_lead_lost"
  /** At most one effective assignment per lead and cycle. */
  | "I2_never_twice"
  /** No limit exceeded at any instant of log time. */
  | "I3_no_limit_exceeded"
  /** The ledger is the fold of the log. */
  | "I7_ledger_is_fold"
  /** The store is the fold of the log. */
  | "I8_store_is_fold";

export interface Finding {
  readonly invariant: Invariant;
  readonly tenantId: string;
  /** What the finding is about: a lead, a rep, or a row; ids only. */
  readonly subject: string;
  readonly detail: string;
}

/** Collects findings: all are counted, the first of each invariant are kept for a person to read. */
export interface FindingSink {
  add(finding: Finding): void;
  readonly kept: readonly Finding[];
  readonly count: number;
}

const KEPT_PER_INVARIANT = 20;

export function createFindingSink(): FindingSink {
  const kept: Finding[] = [];
  const counts = new Map<Invariant, number>();
  return {
    kept,
    get count() {
      return [...counts.values()].reduce((sum, count) => sum + count, 0);
    },
    add(finding) {
      const count = (counts.get(finding.invariant) ?? 0) + 1;
      counts.set(finding.invariant, count);
      if (count <= KEPT_PER_INVARIANT) kept.push(finding);
    },
  };
}

/** The findings of one look, of which those that the look before had too are known. */
export interface Findings extends Pick<FindingSink, "add"> {
  readonly all: FindingSink;
  readonly again: FindingSink;
  /** Of those that are there again; of all, if there was no look before. */
  readonly subjects: ReadonlySet<string>;
}

/** @param before subjects of the look before; null if there was none */
export function createFindings(before: ReadonlySet<string> | null): Findings {
  const all = createFindingSink();
  const again = createFindingSink();
  const subjects = new Set<string>();
  return {
    all,
    again,
    subjects,
    add(finding) {
      all.add(finding);
      const name = `${finding.invariant} ${finding.tenantId} ${finding.subject}`;
      if (before?.has(name) === false) return;
      subjects.add(name);
      again.add(finding);
    },
  };
}
