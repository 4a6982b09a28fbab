/** Everything the validation of a geometry can find. Closed: a client may rely on the codes. */
export const FINDING_CODES = [
  "antimeridian-pole",
  "antimeridian-split",
  "degenerate-ring",
  "empty",
  "hole-outside-shell",
  "malformed",
  "not-finite",
  "out-of-range",
  "ring-order",
  "ring-too-short",
  "ring-touches",
  "ring-unclosed",
  "rings-cross",
  "self-crossing",
  "sliver",
  "too-many-vertices",
  "too-tangled",
  "unsupported-type",
] as const;

export type FindingCode = (typeof FINDING_CODES)[number];

export interface GeometryFinding {
  readonly code: FindingCode;
  readonly territoryId: string;
  /** JSON pointer into the geometry as it was given, e.g. `/coordinates/0/3` for the fourth position of the shell. */
  readonly path: string;
  /** For the person who drew the shape: what is wrong, where, and what to do. */
  readonly message: string;
  /** An error refuses the geometry. A warning says what was corrected, or what to look at. */
  readonly severity: "error" | "warning";
}

/** Collects findings of one geometry. */
export interface FindingSink {
  error(code: FindingCode, path: string, message: string): void;
  warn(code: FindingCode, path: string, message: string): void;
  errorCount(): number;
}

/** A shape that is wrong in one way is often wrong in a thousand places; nobody reads past the first of them. */
const MAX_FINDINGS_PER_CODE = 20;

export function createFindingSink(territoryId: string, findings: GeometryFinding[]): FindingSink {
  const counts = new Map<FindingCode, number>();
  let errors = 0;

  function add(finding: GeometryFinding): void {
    if (finding.severity === "error") errors += 1;
    const count = (counts.get(finding.code) ?? 0) + 1;
    counts.set(finding.code, count);
    if (count <= MAX_FINDINGS_PER_CODE) findings.push(finding);
  }

  return {
    error: (code, path, message) => add({ code, territoryId, path, message, severity: "error" }),
    warn: (code, path, message) => add({ code, territoryId, path, message, severity: "warning" }),
    errorCount: () => errors,
  };
}

/** A position as a person writes it. */
export function formatPosition(x: number, y: number): string {
  return `[${Number(x.toFixed(7))}, ${Number(y.toFixed(7))}]`;
}
