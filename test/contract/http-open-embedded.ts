import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { Registry } from "prom-client";
import { openEmbeddedBacking } from "../../services/fairlead/processes/embedded-backing.ts";
import { createPartitioner } from "../../services/fairlead/processes/backing.ts";
import { Admission } from "../../services/capture/admission/admission.ts";
import { captureRoutes } from "../../services/capture/capture-routes.ts";
import { createCaptureLead } from "../../services/capture/capture-lead.ts";
import { explanationOf } from "../../services/core/domain/decision/build-decision.ts";
import { decisionId } from "../../services/core/domain/decision/decision-id.ts";
import type { LogRecord, Outcome } from "../../services/core/domain/decision/log-record.ts";
import type { LeadFacts } from "../../services/core/domain/lead/lead.ts";
import { createPrepareLead } from "../../services/core/domain/lead/prepare-lead.ts";
import { compilePlan } from "../../services/core/domain/plan/compile-plan.ts";
import type { RoutingPlan } from "../../services/core/domain/plan/routing-plan.ts";
import type { Rep } from "../../services/core/domain/rep/rep.ts";
import { buildHttpApp, type HttpApp } from "../../services/core/http/app.ts";
import { createAuthenticate, type Authenticate } from "../../services/core/http/auth.ts";
import { indexKeys, parseApiKeys } from "../../services/core/http/api-keys.ts";
import { startApplyLog } from "../../services/core/protocol/apply-log.ts";
import { createCommitDecisions } from "../../services/core/protocol/commit-decisions.ts";
import { createRecoverLedger } from "../../services/core/protocol/recover-ledger.ts";
import { createLifecycle } from "../../services/core/runtime/lifecycle.ts";
import { mayChangeLedger } from "../../services/core/wire/record-glance.ts";
import { capturedLeadFromJson } from "../../services/core/wire/captured-lead-json.ts";
import { createProjector } from "../../services/projector/projector.ts";
import { deskRoutes } from "../../services/desk/desk-routes.ts";
import { createHash } from "node:crypto";

export const HOUR_MS = 3_600_000;
export const TENANT = "t1";

/** Two teams below one region, with one pool at the region, and a team beside it with its own. */
export function planOf(reps: readonly Rep[]): RoutingPlan {
  const pool = { enabled: true, coolDownMs: 48 * HOUR_MS, freezeMs: 0 };
  return {
    tenantId: TENANT,
    version: 1,
    orgNodes: [
      { nodeId: "hq", parentId: null, name: "HQ" },
      { nodeId: "north", parentId: "hq", name: "North" },
      { nodeId: "north-a", parentId: "north", name: "North A" },
      { nodeId: "north-b", parentId: "north", name: "North B" },
      { nodeId: "south", parentId: "hq", name: "South" },
    ],
    reps,
    territories: [],
    accounts: [],
    predicates: [],
    pools: [
      { poolId: "north-pool", nodeId: "north", name: "North pool", ...pool },
      { poolId: "south-pool", nodeId: "south", name: "South pool", ...pool },
    ],
    policies: [],
    scoreRules: [],
    defaultNodeId: "hq",
  };
}

export function repOf(repId: string, nodeId: string, limits: Partial<Rep["limits"]> = {}): Rep {
  return {
    repId,
    name: `Rep ${repId}`,
    nodeIds: [nodeId],
    active: true,
    skills: {},
    languages: [],
    timeZone: "UTC",
    workingHours: [],
    absences: [],
    seniority: 3,
    fairnessWeight: 1,
    limits: { privatePool: 10, loadMilli: null, intake: [], claimsPerDay: null, ...limits },
  };
}

export interface Opened {
  readonly app: HttpApp;
  /** Moves the clock that rules see. */
  advance(ms: number): void;
  /** Writes the decision of a lead's first cycle, as the router would. */
  decide(leadId: string, nodeId: string, outcome: Outcome): Promise<void>;
  append(record: LogRecord & { readonly leadId: string }): Promise<void>;
  readonly endOffsets: () => Promise<number>;
  /** Another process begins a recovery: the ledger is fenced until somebody recovers it. */
  fence(): Promise<void>;
  close(): Promise<void>;
}

/** Tokens of the keys mode, by principal. */
export const token = (principalId: string): string => `fl_${principalId.padEnd(24, "x")}`;
const key = (principalId: string, rest: object): object => ({
  sha256: createHash("sha256").update(token(principalId)).digest("hex"),
  principalId,
  tenantId: TENANT,
  ...rest,
});

function authenticator(withKeys: boolean): Authenticate {
  const tenantExists = (tenantId: string): boolean => tenantId === TENANT;
  if (!withKeys) return createAuthenticate({ mode: "off", defaultTenantId: TENANT, tenantExists });
  const keys = parseApiKeys({
    keys: [
      key("admin", { role: "admin" }),
      key("north", { role: "manager", nodeId: "north" }),
      key("south", { role: "manager", nodeId: "south" }),
      key("ana", { role: "rep", repId: "ana" }),
      key("bo", { role: "rep", nodeId: "south", repId: "bo" }),
      key("web", { role: "capture" }),
      key("late", { role: "admin", expiresAt: "2020-01-01T00:00:00Z" }),
    ],
  });
  const index = indexKeys(keys);
  return createAuthenticate({ mode: "keys", keys: () => index, clock: Date.now, tenantExists });
}

const CALM = new Admission({ pressure: { loopDelayMs: () => 0, backlogSeconds: () => 0 } });

/** Capture and desk over the embedded log, store and ledger, with projector and applier running. */
export async function openEmbedded(
  reps: readonly Rep[],
  { withKeys = false, admission = CALM }: { readonly withKeys?: boolean; readonly admission?: Admission } = {},
): Promise<Opened> {
  const dataDir = await mkdtemp(join(tmpdir(), "fairlead-http-"));
  const logger = pino({ level: "silent" });
  const lifecycle = createLifecycle(logger);
  let nowMs = Date.now();
  const clock = (): number => nowMs;
  const { log, ledger, store, vault } = await openEmbeddedBacking({ dataDir, clock, lifecycle, onFault() {} });
  const { partitionCount } = log.decisions;
  const partitionOf = createPartitioner(partitionCount);
  const published = planOf(reps);
  const plan = compilePlan(published);
  const plans = {
    current: (tenantId: string) => (tenantId === TENANT ? plan : null),
    tenantIds: () => [TENANT],
    version: (_tenantId: string, planVersion: number) => Promise.resolve(planVersion === plan.version ? plan : null),
  };
  const recoverLedger = createRecoverLedger({
    ledger,
    log,
    checkpoints: null,
    tenantIds: plans.tenantIds,
    clock,
    startedBy: "test",
    wait: () => Promise.resolve(),
    patienceMs: 0,
  });
  await recoverLedger();
  await createProjector({ decisions: log.decisions, projection: store, clock }).start();
  await startApplyLog({ ledger, log, recoverLedger, mayChangeLedger });

  const auth = authenticator(withKeys);
  const app = await buildHttpApp({
    logger,
    auth,
    openapi: { title: "Fairlead", version: "test", description: "" },
    registry: new Registry(),
    health: { live: [], ready: [{ name: "store", check: async () => void (await store.position(0)) }] },
    clock,
    timeouts: { drainMs: 200 },
  });
  const prepare = createPrepareLead({ vault, clock });
  const captureLead = createCaptureLead({
    leads: log.leads,
    partitionOf,
    readLead: capturedLeadFromJson,
    prepare: (tenantId, lead) => prepare(lead, { tenantId, leadId: () => "generated" }),
  });
  await app.register(captureRoutes, { captureLead, admission });
  const commitDecisions = createCommitDecisions({ ledger, log, partitionOf });
  await app.register(deskRoutes, {
    reads: store,
    decisions: log.decisions,
    commitDecisions,
    recoverLedger,
    plans,
    planSource: { version: (_, version) => Promise.resolve(version === published.version ? published : null) },
    partitionOf,
    clock,
    authenticate: auth,
    partitionCount,
    intervalMs: 10,
  });
  lifecycle.onClose("app", () => app.close());

  const settle = async (partition: number, offset: number): Promise<void> => {
    while ((await store.position(partition)).next <= offset) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return {
    app,
    advance(ms) {
      nowMs += ms;
    },
    async decide(leadId, nodeId, outcome) {
      const { positions } = await commit(leadId, nodeId, outcome);
      const position = positions[0]?.[0];
      if (position) await settle(position.partition, position.offset);
    },
    async append(record) {
      const partition = partitionOf(TENANT, record.leadId);
      await settle(partition, await log.decisions.append(partition, [record]));
    },
    async fence() {
      await log.control.append(0, [{ atMs: nowMs, startedBy: "another process", records: 0 }]);
    },
    async endOffsets() {
      const partitions = Array.from({ length: partitionCount }, (_, partition) => partition);
      const ends = await Promise.all(partitions.map((partition) => log.leads.endOffset(partition)));
      return ends.reduce((sum, end) => sum + end, 0);
    },
    async close() {
      await lifecycle.close();
      await rm(dataDir, { recursive: true });
    },
  };

  async function commit(leadId: string, nodeId: string, outcome: Outcome) {
    const facts = factsOf(leadId, nowMs);
    const grant = outcome.kind === "assigned" ? plan.rep(outcome.repId)?.routeGrant : undefined;
    const list = { nodeId, present: [], strategy: "best_fit", fairnessBound: 0, filtered: [] } as const;
    const committed = await commitDecisions([
      {
        tenantId: TENANT,
        atMs: nowMs,
        items: [
          {
            leadId,
            cycle: 1,
            identityKeys: [],
            loadMilli: 1_000,
            channel: "web_form",
            via: "routed",
            planVersion: 1,
            lists: grant === undefined ? [] : [{ ...list, candidates: [{ grant, fit: 8_000 }] }],
            otherwise: outcome.kind === "assigned" ? { kind: "parked", reason: "no_capacity" } : outcome,
            transferFromRepId: null,
          },
        ],
        decide: ([result], epoch) =>
          Promise.resolve([
            result?.kind !== "decided"
              ? null
              : {
                  type: "decision",
                  tenantId: TENANT,
                  leadId,
                  cycle: 1,
                  atMs: result.atMs,
                  operator: "router",
                  decisionId: decisionId(TENANT, leadId, 1),
                  epoch,
                  outcome: result.outcome,
                  via: "routed",
                  planVersion: 1,
                  nodeId,
                  territoryId: "",
                  territoryRule: "default",
                  segment: "",
                  charge: result.charge,
                  dueAtMs: null,
                  facts,
                  explanation: explanationOf(result),
                },
          ]),
      },
    ]);
    if (committed.kind !== "committed") throw new Error(committed.reason);
    return committed;
  }
}

function factsOf(leadId: string, capturedAtMs: number): LeadFacts {
  return {
    tenantId: TENANT,
    leadId,
    externalId: `ext-${leadId}`,
    source: { channel: "web_form", campaign: "spring", referrer: "" },
    location: { latitudeDeg: 41.88, longitudeDeg: -87.63, postalCode: "", adminCode: "" },
    product: "forklift",
    language: "",
    companyKey: "",
    attributes: {},
    intent: { status: "hot", timing: null },
    identityKeys: [],
    capturedAtMs,
    score: 0,
  };
}
