import { request, type IncomingMessage } from "node:http";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Admission, type RefusalReason } from "../../services/capture/admission/admission.ts";
import { openEmbedded, repOf, type Opened } from "./http-open-embedded.ts";

const lead = (externalId: string): string => JSON.stringify({ externalId, source: { channel: "web_form" } });

describe("POST /v1/leads under pressure", () => {
  const pressure = { delayMs: 0, backlogSeconds: 0 };
  const refused: RefusalReason[] = [];
  const admission = new Admission({
    limits: { maxOpenRequests: 2, maxOpenBytes: 10_000, maxLoopDelayMs: 250, maxBacklogSeconds: 60 },
    pressure: { loopDelayMs: () => pressure.delayMs, backlogSeconds: () => pressure.backlogSeconds },
    onRefused: (reason) => refused.push(reason),
    uploadPatienceMs: 300,
  });
  let opened: Opened;
  let baseUrl: string;
  beforeAll(async () => {
    opened = await openEmbedded([repOf("ana", "north-a")], { admission });
    baseUrl = await opened.app.listen({ host: "127.0.0.1", port: 0 });
  });
  beforeEach(() => {
    pressure.delayMs = 0;
    pressure.backlogSeconds = 0;
    refused.length = 0;
  });
  afterAll(() => opened.close());

  const post = (body: string, type = "application/json") =>
    fetch(`${baseUrl}/v1/leads`, { method: "POST", headers: { "content-type": type }, body });

  /** A post whose body comes when the test says so. */
  function postSlowly(body: string) {
    const headers = { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) };
    const sent = request(`${baseUrl}/v1/leads`, { method: "POST", headers });
    sent.flushHeaders();
    const answered = once(sent, "response").then(([response]) => (response as IncomingMessage).resume().statusCode);
    return {
      answered,
      finish: () => sent.end(body),
      async abort() {
        answered.catch(() => undefined);
        sent.destroy();
        await new Promise((resolve) => sent.once("close", resolve));
      },
    };
  }

  async function untilOpen(count: number): Promise<void> {
    while (admission.openRequests !== count) await delay(5);
  }

  async function expectRefused(answer: Response, status: number, code: string): Promise<void> {
    expect(answer.status).toBe(status);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await answer.json()).toMatchObject({ status, code, type: `urn:fairlead:problem:${code}` });
  }

  it("refuses the post that is one too many, and takes it when another has left", async () => {
    const before = await opened.endOffsets();
    const slow = [postSlowly(lead("slow-1")), postSlowly(lead("slow-2"))];
    await untilOpen(2);
    await expectRefused(await post(lead("third")), 503, "OVERLOADED");
    expect(refused).toEqual(["open_requests"]);
    for (const { finish } of slow) finish();
    expect(await Promise.all(slow.map(({ answered }) => answered))).toEqual([202, 202]);
    expect((await post(lead("third"))).status).toBe(202);
    expect((await opened.endOffsets()) - before).toBe(3);
  });

  it("forgets a post whose sender went away", async () => {
    const gone = [postSlowly(lead("gone-1")), postSlowly(lead("gone-2"))];
    await untilOpen(2);
    await Promise.all(gone.map(({ abort }) => abort()));
    await untilOpen(0);
    expect((await post(lead("after-the-gone"))).status).toBe(202);
  });

  it("counts the bytes of bodies before they come", async () => {
    const large = postSlowly(lead("x".repeat(9_900)));
    await untilOpen(1);
    await expectRefused(await post(lead("small-but-late")), 503, "OVERLOADED");
    expect(refused).toEqual(["open_bytes"]);
    await large.abort();
    await untilOpen(0);
  });

  it("refuses while the event loop is behind, and while the routers are", async () => {
    pressure.delayMs = 251;
    await expectRefused(await post(lead("late")), 503, "OVERLOADED");
    pressure.delayMs = 0;
    pressure.backlogSeconds = 61;
    await expectRefused(await post(lead("late")), 429, "BACKLOGGED");
    expect(refused).toEqual(["loop_delay", "backlog"]);
    pressure.backlogSeconds = 60;
    expect((await post(lead("late"))).status).toBe(202);
  });

  it("slows an upload down instead", async () => {
    pressure.backlogSeconds = 61;
    const answering = post([lead("bulk-1"), lead("bulk-2")].join("\n"), "application/x-ndjson");
    await delay(100);
    pressure.backlogSeconds = 0;
    const answer = await answering;
    expect((await answer.text()).match(/"accepted"/g)).toHaveLength(2);
    expect(refused).toEqual([]);
  });

  it("fails the lines that waited too long, each by its code, and keeps none of them", async () => {
    const before = await opened.endOffsets();
    pressure.delayMs = 251;
    const answer = await post([lead("never-1"), lead("never-2")].join("\n"), "application/x-ndjson");
    const lines = (await answer.text()).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { line: 1, status: "failed", code: "OVERLOADED" },
      { line: 2, status: "failed", code: "OVERLOADED" },
    ]);
    expect((await opened.endOffsets()) - before).toBe(0);
  });
});
