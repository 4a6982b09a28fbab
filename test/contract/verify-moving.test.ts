import { describe, expect, it } from "vitest";
import { verify } from "../../services/auditor/verify.ts";
import { createLogFold } from "../../services/core/domain/decision/log-fold.ts";
import type { LeadState } from "../../services/core/domain/decision/lead-state.ts";
import { FACTS, closure, decision, release } from "../../services/core/domain/decision/records.fixture.ts";
import type { LogRecord } from "../../services/core/domain/decision/log-record.ts";
import type { LeadRequest } from "../../services/core/domain/lead/lead.ts";
import type { DeadLetter, Entry, Topic } from "../../services/core/ports/log.ts";
import type { PlanSource } from "../../services/core/ports/plan-source.ts";
import { createArrayTopic } from "../support/array-topic.ts";

const DEAD_LETTERS: Topic<DeadLetter> = {
  name: "dead",
  partitionCount: 0,
  append: () => Promise.resolve(0),
  endOffset: () => Promise.resolve(0),
  async *readRange() {},
};
const PLANS = { version: () => Promise.resolve(null) } as unknown as PlanSource;

/** An installation in which a lead is decided and projected whenever somebody looks. */
function movingInstallation(stored: (state: LeadState) => LeadState = (state) => state) {
  const decisions = createArrayTopic(1);
  const requests: LeadRequest[] = [];
  const records: LogRecord[] = [];

  function put(record: LogRecord): void {
    records.push(record);
    decisions.put(0, [record]);
  }

  function ask(leadId: string, cycle: number): void {
    const facts = { ...FACTS, leadId };
    const sealedContact = new Uint8Array();
    requests.push({ facts, sealedContact, cycle, rerouteReason: "", excludedRepIds: [], rejectedReason: "" });
  }

  function decideNext(): void {
    const leadId = `lead-${requests.length}`;
    ask(leadId, 1);
    put(decision(1, "ann", { leadId, facts: { ...FACTS, leadId } }));
  }

  function states(): readonly LeadState[] {
    const fold = createLogFold();
    for (const record of records) fold.add(0, record);
    return [...(fold.tenants.get("t")?.leads.values() ?? [])].map(stored);
  }

  let isMoving = true;
  const move = (): void => {
    if (isMoving) decideNext();
  };
  const installation = {
    ask,
    put,
    rest: () => (isMoving = false),
    verify: () =>
      verify({
        log: {
          decisions: {
            ...decisions,
            async *readRange(partition: number, from: number, to: number) {
              move();
              yield* decisions.readRange(partition, from, to);
            },
          },
          leads: {
            ...(createArrayTopic(1) as unknown as Topic<LeadRequest>),
            name: "leads",
            consume: () => Promise.reject(new Error("Nobody consumes.")),
            endOffset: () => Promise.resolve(requests.length),
            committedOffsets: () => Promise.resolve([requests.length]),
            async *readRange(_: number, from: number, to: number) {
              yield requests.slice(from, to).map((value, index): Entry<LeadRequest> => {
                const place = { offset: from + index, appendedAtMs: 0, key: null, bytes: new Uint8Array() };
                return { kind: "value", value, ...place };
              });
            },
          },
          deadLetters: DEAD_LETTERS,
        },
        store: {
          position: () => Promise.resolve({ next: records.length, barrierEpoch: 0 }),
          async *allStates() {
            move();
            yield states();
          },
          statusCounts: () => Promise.resolve(countsOf(states())),
        },
        plans: PLANS,
        ledger: null,
        clock: () => 0,
        wait: () => Promise.resolve(),
      }),
  };
  for (let lead = 0; lead < 5; lead += 1) decideNext();
  return installation;
}

const countsOf = (states: readonly LeadState[]): ReadonlyMap<LeadState["status"], number> =>
  new Map(
    Array.from(
      Map.groupBy(states, ({ status }) => status),
      ([status, group]) => [status, group.length],
    ),
  );

describe("verify", () => {
  it("finds nothing wrong with an installation that only goes on while it looks", async () => {
    expect(await movingInstallation().verify()).toMatchObject({ violations: 0, findings: [] });
  });

  it("finds what is wrong in spite of that", async () => {
    const { verify: look } = movingInstallation((state) =>
      state.leadId === "lead-1" ? { ...state, repId: "bob" } : state,
    );
    const detail = "differs from the log in repId";
    expect((await look()).findings).toEqual([
      { invariant: "I8_store_is_fold", tenantId: "t", subject: "lead-1", detail },
    ]);
  });

  it("finds a lead that was committed and not decided, but asks for no round of one that has moved on", async () => {
    const installation = movingInstallation();
    installation.put(release(1, "ann", { leadId: "lead-1", to: { kind: "reroute" } }));
    installation.ask("lead-1", 2);
    installation.put({ ...closure(1, "ann"), leadId: "lead-1" });
    installation.ask("never-decided", 1);
    installation.rest();
    const { findings } = await installation.verify();
    expect(findings.map(({ invariant, subject }) => `${invariant} ${subject}`)).toEqual([
      "I1_no_lead_lost never-decided",
    ]);
  });
});
