import { FACTS } from "../decision/records.fixture.ts";
import { describe, expect, it } from "vitest";
import type { LeadState, LeadStatus } from "../decision/lead-state.ts";
import { createOrgTree } from "../organisation/org-tree.ts";
import type { Rep } from "../rep/rep.ts";
import { checkClaim, CLAIM_REFUSALS, type Claim } from "./claim.ts";
import type { Pool } from "./pool.ts";

const HOUR_MS = 3_600_000;
const ENTERED_MS = 1_800_000_000_000;

const tree = createOrgTree([
  { nodeId: "hq", parentId: null, name: "HQ" },
  { nodeId: "north", parentId: "hq", name: "North" },
  { nodeId: "north-a", parentId: "north", name: "North A" },
  { nodeId: "north-b", parentId: "north", name: "North B" },
  { nodeId: "south", parentId: "hq", name: "South" },
]);

const rep: Rep = {
  repId: "ana",
  name: "Ana",
  nodeIds: ["north-a"],
  active: true,
  skills: {},
  languages: [],
  timeZone: "UTC",
  workingHours: [],
  absences: [],
  seniority: 1,
  fairnessWeight: 1,
  limits: { privatePool: 10, loadMilli: null, intake: [], claimsPerDay: null },
};

const pool: Pool = {
  poolId: "north-pool",
  nodeId: "north",
  name: "North",
  enabled: true,
  coolDownMs: 72 * HOUR_MS,
  freezeMs: 2 * HOUR_MS,
};

const state: LeadState = {
  tenantId: "t",
  leadId: "lead",
  cycle: 3,
  status: "public",
  repId: null,
  nodeId: "north-b",
  territoryId: "",
  territoryRule: "default",
  segment: "",
  poolId: pool.poolId,
  decisionId: "",
  planVersion: 1,
  reason: "",
  duplicateOf: null,
  loadMilli: 0,
  sinceMs: ENTERED_MS,
  lastFollowUpAtMs: null,
  dueAtMs: null,
  formerOwners: [],
  decided: "",
  facts: { ...FACTS, capturedAtMs: ENTERED_MS },
};

const claim: Claim = {
  state,
  expectedCycle: null,
  rep,
  pool,
  tree,
  atMs: ENTERED_MS + 100 * HOUR_MS,
  isAdmin: false,
};

describe("checkClaim", () => {
  it("lets a rep of the pool's subtree claim a lead of a sister team", () => {
    expect(checkClaim(claim)).toBeNull();
  });

  it.each<[LeadStatus, string]>([
    ["owned", "already_owned"],
    ["parked", "not_in_pool"],
    ["released", "not_in_pool"],
    ["converted", "lead_closed"],
    ["closed", "lead_closed"],
    ["nurture", "lead_closed"],
    ["duplicate", "lead_closed"],
    ["rejected", "lead_closed"],
    ["dead", "lead_closed"],
  ])("refuses a lead that is %s as %s, to an admin too", (status, reason) => {
    expect(checkClaim({ ...claim, state: { ...state, status } })).toBe(reason);
    expect(checkClaim({ ...claim, isAdmin: true, state: { ...state, status } })).toBe(reason);
  });

  it("refuses a lead of another pool's territory (P0)", () => {
    expect(checkClaim({ ...claim, pool: { ...pool, nodeId: "south" } })).toBe("not_in_territory");
    expect(checkClaim({ ...claim, pool: { ...pool, nodeId: "south" }, isAdmin: true })).toBe("not_in_territory");
    expect(checkClaim({ ...claim, pool: { ...pool, nodeId: "north-b" } })).toBe("not_in_territory");
    expect(checkClaim({ ...claim, pool: undefined })).toBe("not_in_pool");
  });

  it("refuses in one order: each reason hides those after it (P1)", () => {
    const sins: readonly [string, (claim: Claim) => Claim][] = [
      ["former_owner_cooldown", (c) => withFormerOwner(c, "ana", c.atMs)],
      ["new_data_frozen", (c) => ({ ...c, atMs: ENTERED_MS })],
      ["rep_inactive", (c) => ({ ...c, rep: { ...c.rep, active: false } })],
      ["not_in_territory", (c) => ({ ...c, rep: { ...c.rep, nodeIds: ["south"] } })],
      ["stale_version", (c) => ({ ...c, expectedCycle: 2 })],
      ["not_in_pool", (c) => ({ ...c, pool: undefined })],
      ["lead_closed", (c) => ({ ...c, state: { ...c.state, status: "closed" } })],
      ["already_owned", (c) => ({ ...c, state: { ...c.state, status: "owned" } })],
    ];
    let sinner = claim;
    for (const [reason, sin] of sins) {
      sinner = sin(sinner);
      expect(checkClaim(sinner)).toBe(reason);
    }
    expect(sins.map(([reason]) => reason).reverse()).toEqual(CLAIM_REFUSALS);
  });

  it("ends the cool-down to the millisecond (P4), for everyone in the chain of owners", () => {
    const atMs = ENTERED_MS + 100 * HOUR_MS;
    const releasedAtMs = atMs - pool.coolDownMs;
    for (const chain of [["ana"], ["ana", "bo"], ["ana", "bo", "cy"]]) {
      const released = chain.reduce((c, repId) => withFormerOwner(c, repId, releasedAtMs), claim);
      expect(checkClaim({ ...released, atMs: atMs - 1 })).toBe("former_owner_cooldown");
      expect(checkClaim({ ...released, atMs })).toBeNull();
      expect(checkClaim({ ...released, atMs: atMs - 1, isAdmin: true })).toBeNull();
    }
    expect(checkClaim(withFormerOwner(claim, "bo", atMs))).toBeNull();
  });

  it("counts the latest release when a rep owned the lead twice", () => {
    const twice = withFormerOwner(
      withFormerOwner(claim, "ana", ENTERED_MS - 900 * HOUR_MS),
      "ana",
      claim.atMs - HOUR_MS,
    );
    expect(checkClaim(twice)).toBe("former_owner_cooldown");
  });

  it("freezes new data from its entry into the pool, to the millisecond (P5)", () => {
    const endMs = ENTERED_MS + pool.freezeMs;
    expect(checkClaim({ ...claim, atMs: endMs - 1 })).toBe("new_data_frozen");
    expect(checkClaim({ ...claim, atMs: endMs })).toBeNull();
    expect(checkClaim({ ...claim, atMs: endMs - 1, isAdmin: true })).toBeNull();
  });

  it("takes the cycle that is current and refuses any other", () => {
    expect(checkClaim({ ...claim, expectedCycle: 3 })).toBeNull();
    expect(checkClaim({ ...claim, expectedCycle: 4 })).toBe("stale_version");
  });
});

function withFormerOwner(claim: Claim, repId: string, releasedAtMs: number): Claim {
  const formerOwners = [...claim.state.formerOwners, { repId, releasedAtMs }];
  return { ...claim, state: { ...claim.state, formerOwners } };
}
