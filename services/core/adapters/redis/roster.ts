import type { RedisClient } from "./connect.ts";
import { defineScript } from "./define-script.ts";
import { metaKey } from "./keys.ts";
import { readyEpoch } from "./ready-epoch.ts";

/**
 * The tenants that a ledger of an epoch has, so that one that is new can be told from one that was lost. Bound to the
 * server that it was written on, as the ledgers of tenants are to theirs; no tenant can have this name.
 */
const ROSTER = "@roster";

interface WriteRequest {
  readonly epoch: number;
  readonly tenantIds: Iterable<string>;
}

export const writeRoster = defineScript<WriteRequest, "written" | "superseded">({
  files: ["ledger-preamble", "write-roster"].map((part) => new URL(`./${part}.lua`, import.meta.url)),
  encode: ({ epoch, tenantIds }) => ({ keys: [metaKey(ROSTER)], argv: [String(epoch), ...tenantIds] }),
  decode: (raw) => (raw === 1 ? "written" : "superseded"),
});

interface JoinRequest {
  readonly epoch: number;
  readonly tenantId: string;
}

const JOINED = { 1: "joined", 2: "known", 0: "fenced" } as const;

export const joinRoster = defineScript<JoinRequest, (typeof JOINED)[keyof typeof JOINED]>({
  files: ["ledger-preamble", "join-roster"].map((part) => new URL(`./${part}.lua`, import.meta.url)),
  encode: ({ epoch, tenantId }) => ({ keys: [metaKey(ROSTER)], argv: [String(epoch), tenantId] }),
  decode: (raw) => JOINED[raw as keyof typeof JOINED],
});

/** The epoch of the roster, or null if it is not there, or another server's. */
export const rosterEpoch = (client: RedisClient): Promise<number | null> => readyEpoch(client, ROSTER);
