import { hash } from "node:crypto";

/** Hex digits kept: 128 bits, far beyond any collision among decisions ever made. */
const ID_LENGTH = 32;

/**
 * Id of the decision for one cycle of a lead. The rep is left out on purpose: two conflicting decisions share an id and
 * collide at every reader. The unit separator keeps ("a", "bc") and ("ab", "c") apart.
 */
export function decisionId(tenantId: string, leadId: string, cycle: number): string {
  return hash("sha256", `${tenantId}\u001f${leadId}\u001f${cycle}`, "hex").slice(0, ID_LENGTH);
}
