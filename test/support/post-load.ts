import { Agent, request } from "node:http";
import { setTimeout as wait } from "node:timers/promises";

export interface PostLoad {
  /** Ids of the leads that were accepted. */
  readonly accepted: string[];
  /** Answers that said to come again later. */
  refused(): number;
  /** Posts whose connection broke. */
  unknown(): number;
  /** Statuses that are neither. */
  otherAnswers(): readonly number[];
  stop(): Promise<void>;
}

export interface PostLoadOptions {
  readonly baseUrl: string;
  readonly tenantId: string;
  /** Posts that are always under way, each on a connection of its own. */
  readonly atOnce: number;
  /** A lead that nobody else posts. */
  readonly lead: (name: string) => object;
}

interface Reply {
  readonly status: number;
  readonly text: string;
}

const LATER = new Set([429, 503]);
const BROKEN_MS = 50;

/** Posts single leads without a pause, whatever is answered: nobody heeds `Retry-After` here. */
export function startPostLoad({ baseUrl, tenantId, atOnce, lead }: PostLoadOptions): PostLoad {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const headers = { "content-type": "application/json", "fairlead-tenant": tenantId };
  const stopping = new AbortController();
  const accepted: string[] = [];
  const others = new Set<number>();
  let [made, refused, unknown] = [0, 0, 0];

  function post(body: string): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const posting = request(`${baseUrl}/v1/leads`, { method: "POST", agent, headers }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => void (text += chunk));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
        response.on("error", reject);
      });
      posting.on("error", reject);
      posting.end(body);
    });
  }

  async function postForever(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const { status, text } = await post(JSON.stringify(lead(`crowd-${made++}`)));
        if (status === 202) accepted.push((JSON.parse(text) as { readonly leadId: string }).leadId);
        else if (LATER.has(status)) refused += 1;
        else others.add(status);
      } catch {
        unknown += 1;
        await wait(BROKEN_MS);
      }
    }
  }

  const posters = Array.from({ length: atOnce }, postForever);
  return {
    accepted,
    refused: () => refused,
    unknown: () => unknown,
    otherAnswers: () => [...others],
    async stop() {
      stopping.abort();
      await Promise.all(posters);
      agent.destroy();
    },
  };
}
