import { hash } from "node:crypto";
import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import { Fault } from "../domain/fault.ts";
import { ROLES, type Principal } from "./principal.ts";

const Name = Type.String({ minLength: 1, maxLength: 128 });

/** The keys document: `FAIRLEAD_API_KEYS_FILE`. It holds hashes only; two live keys of one principal allow rotation. */
const KeysDocument = Type.Object(
  {
    keys: Type.Array(
      Type.Object(
        {
          /** Lower-case hex SHA-256 of the whole token, `fl_` included. */
          sha256: Type.String({ pattern: "^[0-9a-f]{64}$" }),
          principalId: Name,
          tenantId: Name,
          /** Absent or null is above all nodes. A rep stands where the plan has him, whatever is said here. */
          nodeId: Type.Optional(Type.Union([Name, Type.Null()])),
          role: Type.Enum([...ROLES]),
          repId: Type.Optional(Type.Union([Name, Type.Null()])),
          /** ISO 8601; absent or null never expires. */
          expiresAt: Type.Optional(Type.Union([Type.String(), Type.Null()])),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 10_000 },
    ),
  },
  { additionalProperties: false },
);

const documentValidator = Compile(KeysDocument);

export interface ApiKey {
  /** Lower-case hex. */
  readonly sha256: string;
  /** Infinity if it never expires. */
  readonly expiresAtMs: number;
  readonly principal: Principal;
}

/** @throws Fault CONFIG_INVALID naming the first entry that is wrong. */
export function parseApiKeys(document: unknown): readonly ApiKey[] {
  if (!documentValidator.Check(document)) {
    const at = documentValidator.Errors(document)[0]?.instancePath ?? "";
    throw new Fault("CONFIG_INVALID", "The API keys document is not valid", { at });
  }
  return document.keys.map(toApiKey);
}

function toApiKey(entry: Static<typeof KeysDocument>["keys"][number], index: number): ApiKey {
  const { sha256, principalId, tenantId, nodeId = null, role, repId = null, expiresAt = null } = entry;
  const expiresAtMs = expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(expiresAt);
  if (Number.isNaN(expiresAtMs)) {
    throw new Fault("CONFIG_INVALID", "An API key's expiry is not a time", { at: `/keys/${index}/expiresAt` });
  }
  if ((role === "rep") !== (repId !== null)) {
    throw new Fault("CONFIG_INVALID", "Exactly the keys of role rep name a rep", { at: `/keys/${index}/repId` });
  }
  return {
    sha256,
    expiresAtMs,
    principal: { principalId, tenantId, nodeId, role, repId },
  };
}

/** Keys by the hex of their hash. Finding one takes as long whoever asks: nobody can choose what a hash begins with. */
export type KeyIndex = ReadonlyMap<string, readonly ApiKey[]>;

export function indexKeys(keys: readonly ApiKey[]): KeyIndex {
  return Map.groupBy(keys, ({ sha256 }) => sha256);
}

/** The principal of a token, or null. */
export function findPrincipal(index: KeyIndex, token: string, nowMs: number): Principal | null {
  const found = index.get(hash("sha256", token))?.findLast(({ expiresAtMs }) => nowMs < expiresAtMs);
  return found?.principal ?? null;
}
