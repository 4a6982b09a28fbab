import { createHash, randomBytes } from "node:crypto";
import type { Rep } from "../../services/core/domain/rep/rep.ts";
import { TENANT } from "../pipeline/lead-pool.ts";

/** Tokens, and the document from which the desk knows them. */
export interface BenchKeys {
  readonly admin: string;
  /** Of each rep. */
  readonly tokens: readonly string[];
  readonly document: string;
}

export function createKeys(reps: readonly Rep[]): BenchKeys {
  const keyOf = (principal: object) => {
    const token = `fl_${randomBytes(24).toString("base64url")}`;
    return {
      token,
      entry: { sha256: createHash("sha256").update(token).digest("hex"), tenantId: TENANT, ...principal },
    };
  };
  const admin = keyOf({ principalId: "admin", role: "admin" });
  const own = reps.map(({ repId }) => keyOf({ principalId: repId, role: "rep", repId }));
  return {
    admin: admin.token,
    tokens: own.map(({ token }) => token),
    document: JSON.stringify({ keys: [admin, ...own].map(({ entry }) => entry) }),
  };
}
