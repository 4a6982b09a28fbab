import { describe, expect, it } from "vitest";
import { Fault } from "../core/domain/fault.ts";
import type { LeadRequest } from "../core/domain/lead/lead.ts";
import { createAppendLeads } from "./append-leads.ts";

const request = (leadId: string) => ({ facts: { leadId } }) as LeadRequest;

/** A log whose appends end when the test says so. */
function heldLog() {
  const appends: { partition: number; leadIds: string[]; end: (error?: Error) => void }[] = [];
  const append = (partition: number, values: readonly LeadRequest[]): Promise<number> =>
    new Promise((resolve, reject) => {
      const leadIds = values.map(({ facts }) => facts.leadId);
      appends.push({ partition, leadIds, end: (error) => (error === undefined ? resolve(0) : reject(error)) });
    });
  return { appends, append };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("appendLead", () => {
  it("appends a lone request at once, and a crowd together when the append before has ended", async () => {
    const log = heldLog();
    const appendLead = createAppendLeads({ leads: log, maxWaiting: 2_000 });
    const first = appendLead(0, request("a"));
    await turn();
    const crowd = Array.from({ length: 700 }, (_, i) => appendLead(0, request(String(i))));
    const other = appendLead(1, request("other"));
    await turn();
    expect(log.appends.map(({ partition, leadIds }) => [partition, leadIds.length])).toEqual([
      [0, 1],
      [1, 1],
    ]);
    log.appends[0]?.end();
    log.appends[1]?.end();
    await Promise.all([first, other]);
    await turn();
    log.appends[2]?.end();
    await turn();
    log.appends[3]?.end();
    await Promise.all(crowd);
    expect(log.appends.map(({ leadIds }) => leadIds.length)).toEqual([1, 1, 500, 200]);
    expect(log.appends.flatMap(({ leadIds }) => leadIds).slice(2)).toEqual(crowd.map((_, i) => String(i)));
  });

  it("fails those of a failed append and goes on with the next", async () => {
    const log = heldLog();
    const appendLead = createAppendLeads({ leads: log, maxWaiting: 10 });
    const fault = new Fault("LOG_UNAVAILABLE", "away", { retriable: true });
    const first = appendLead(0, request("a"));
    await turn();
    const second = appendLead(0, request("b"));
    log.appends[0]?.end(fault);
    await expect(first).rejects.toBe(fault);
    await turn();
    log.appends[1]?.end();
    await second;
  });

  it("refuses what would wait beyond its bound", async () => {
    const log = heldLog();
    const appendLead = createAppendLeads({ leads: log, maxWaiting: 1 });
    const first = appendLead(0, request("a"));
    await expect(appendLead(0, request("b"))).rejects.toMatchObject({ code: "OVERLOADED", retriable: true });
    await turn();
    log.appends[0]?.end();
    await first;
    const third = appendLead(0, request("c"));
    await turn();
    log.appends[1]?.end();
    await third;
  });
});
