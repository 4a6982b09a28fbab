import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEmbedded, repOf, token, type Opened } from "./http-open-embedded.ts";

interface Message {
  readonly id: string;
  readonly event: string;
  readonly data: { readonly leadId: string; readonly type: string };
}

/** A client as browsers have it: messages in order, the last id, and the end. */
async function connect(baseUrl: string, who: string, lastEventId?: string) {
  const abort = new AbortController();
  const response = await fetch(`${baseUrl}/v1/stream`, {
    signal: abort.signal,
    headers: {
      authorization: `Bearer ${token(who)}`,
      ...(lastEventId !== undefined && { "last-event-id": lastEventId }),
    },
  });
  const messages: Message[] = [];
  const seen = { id: "", text: "", ended: false };
  const reading = (async () => {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) {
        seen.text += decoder.decode(chunk as Uint8Array, { stream: true });
        for (let end = seen.text.indexOf("\n\n"); end >= 0; end = seen.text.indexOf("\n\n")) {
          const fields = new Map(
            seen.text
              .slice(0, end)
              .split("\n")
              .map((line) => line.split(/: (.*)/s) as [string, string]),
          );
          seen.text = seen.text.slice(end + 2);
          seen.id = fields.get("id") ?? seen.id;
          const data = fields.get("data");
          if (data !== undefined) {
            messages.push({ id: seen.id, event: fields.get("event") ?? "", data: JSON.parse(data) as Message["data"] });
          }
        }
      }
    } catch {
      // Aborted by the test.
    }
    seen.ended = true;
  })();
  return {
    response,
    messages,
    seen,
    async received(count: number): Promise<readonly Message[]> {
      for (let tries = 0; messages.length < count && tries < 300; tries += 1) await pause(10);
      return messages;
    },
    async positioned(): Promise<void> {
      for (let tries = 0; seen.id === "" && tries < 300; tries += 1) await pause(10);
    },
    async leave(): Promise<void> {
      abort.abort();
      await reading;
    },
  };
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

describe("GET /v1/stream", () => {
  let opened: Opened;
  let baseUrl = "";
  let leads = 0;
  beforeAll(async () => {
    opened = await openEmbedded([repOf("ana", "north-a"), repOf("cy", "south", { privatePool: 1_000 })], {
      withKeys: true,
    });
    baseUrl = await opened.app.listen({ host: "127.0.0.1", port: 0 });
  });
  afterAll(() => opened.close());

  async function assign(repId: "ana" | "cy"): Promise<string> {
    const leadId = `lead-${(leads += 1)}`;
    await opened.decide(leadId, repId === "ana" ? "north-a" : "south", { kind: "assigned", repId });
    return leadId;
  }

  it("tells what happens in the caller's scope, and nothing personal or foreign", async () => {
    const north = await connect(baseUrl, "north");
    expect(north.response.headers.get("content-type")).toContain("text/event-stream");
    expect(north.response.headers.get("x-content-type-options")).toBe("nosniff");
    await north.positioned();
    const [own] = [await assign("ana"), await assign("cy")];
    const last = await assign("ana");
    // Leads of two partitions come in any order.
    const messages = await north.received(2);
    expect(messages.map(({ event, data }) => `${event} ${data.leadId}`).sort()).toEqual([
      `assigned ${own}`,
      `assigned ${last}`,
    ]);
    await north.leave();
  });

  it("resumes exactly behind any id, without loss and without repetition", async () => {
    const first = await connect(baseUrl, "admin");
    await first.positioned();
    const start = first.seen.id;
    const expected: string[] = [];
    for (let count = 0; count < 30; count += 1) expected.push(await assign("cy"));
    const live = await first.received(30);
    expect(live.map(({ data }) => data.leadId).sort()).toEqual([...expected].sort());
    await first.leave();

    for (const from of [0, 7, 29]) {
      const seen = new Set(live.slice(0, from).map(({ data }) => data.leadId));
      const missed = expected.filter((leadId) => !seen.has(leadId));
      const resumed = await connect(baseUrl, "admin", from === 0 ? start : live[from - 1]?.id);
      // More happens while the client catches up; order is kept within a partition, so within a lead.
      const more = await assign("cy");
      expected.push(more);
      const messages = await resumed.received(missed.length + 1);
      await pause(50);
      expect(messages.map(({ data }) => data.leadId).sort()).toEqual([...missed, more].sort());
      await resumed.leave();
    }
  });

  it("refuses an id that is not one of ours", async () => {
    const { response, leave } = await connect(baseUrl, "admin", "yesterday");
    expect(response.status).toBe(400);
    await leave();
  });

  it("ends with a time to come back when the process stops", async () => {
    const client = await connect(baseUrl, "admin");
    await client.positioned();
    await opened.app.close();
    for (let tries = 0; !client.seen.ended && tries < 300; tries += 1) await pause(10);
    expect(client.seen.ended).toBe(true);
  });
});
