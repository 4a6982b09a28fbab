import { LEDGER_MUTATIONS } from "./ledger-mutations.ts";
import type { Mutation } from "./mutation.ts";
import { OWNERSHIP_MUTATIONS, PROTOCOL_MUTATIONS } from "./protocol-mutations.ts";
import { SETTING_MUTATIONS } from "./setting-mutations.ts";
import { STORE_MUTATIONS } from "./store-mutations.ts";

export const MUTATIONS: readonly Mutation[] = [
  ...PROTOCOL_MUTATIONS,
  ...OWNERSHIP_MUTATIONS,
  ...LEDGER_MUTATIONS,
  ...STORE_MUTATIONS,
  ...SETTING_MUTATIONS,
];
