import type { Change } from "../../services/desk/reads/history-view.ts";
import type { Tenant } from "./flow-tenant.ts";
import { until } from "./flow-until.ts";

export interface StreamEvent {
  readonly id: string;
  readonly type: string;
  readonly change: Change;
}

/** A client of the live stream, as an EventSource is one. */
export interface StreamClient {
  readonly events: readonly StreamEvent[];
  /** Id of the last event or position seen; empty before the first. */
  lastId(): string;
  /** All events so far, once there are so many. */
  take(count: number): Promise<readonly StreamEvent[]>;
  close(): Promise<void>;
}

/** Connects and waits for the first position, from which on nothing is missed. */
export async function openStream(tenant: Tenant, lastEventId = ""): Promise<StreamClient> {
  const stopping = new AbortController();
  const response = await tenant.stream(lastEventId === "" ? {} : { "last-event-id": lastEventId }, stopping.signal);
  const events: StreamEvent[] = [];
  let lastId = "";
  const reading = readFrames(response, (fields) => {
    lastId = fields.get("id") ?? lastId;
    const [type, data] = [fields.get("event"), fields.get("data")];
    if (type !== undefined && data !== undefined) {
      events.push({ id: lastId, type, change: JSON.parse(data) as Change });
    }
  }).catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error;
  });
  await until(
    () => Promise.resolve(lastId),
    (id) => id !== "",
    { what: "the position of the stream" },
  );
  return {
    events,
    lastId: () => lastId,
    take: (count) =>
      until(
        () => Promise.resolve(events),
        ({ length }) => length >= count,
        { what: `${count} events` },
      ),
    async close() {
      stopping.abort();
      await reading;
    },
  };
}

async function readFrames(response: Response, onFrame: (fields: ReadonlyMap<string, string>) => void): Promise<void> {
  let text = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      onFrame(fieldsOf(text.slice(0, end)));
      text = text.slice(end + 2);
    }
  }
}

function fieldsOf(frame: string): ReadonlyMap<string, string> {
  return new Map(
    frame.split("\n").map((line): [string, string] => {
      const colon = line.indexOf(": ");
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
  );
}
