import { createHash } from "node:crypto";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { processGuard } from "../../deploy/local/guard.ts";
import { freePort } from "../../deploy/local/free-port.ts";
import type { LeadRequest } from "../../services/core/domain/lead/lead.ts";
import { createPartitioner, type Backing } from "../../services/fairlead/processes/backing.ts";
import { createPublishPlan } from "../../services/planner/publish-plan.ts";
import { factsOf } from "../contract/store-records.ts";
import { startFairlead, type FairleadChild } from "./child-process.ts";
import { until } from "./flow-until.ts";
import type { PlanBody } from "./plan-builder.ts";
import { StreamOracle } from "./stream-oracle.ts";

type Settings = Readonly<Record<string, string>>;

/** Of a principal who may listen. */
export const tokenOf = (principalId: string): string => `fl_${principalId.padEnd(24, "x")}`;

const LOAD_TICK_MS = 25;

/** Router, projector and desk as processes of their own, with API keys that can be taken away. */
export class StreamWorld {
  readonly tenantId: string;
  readonly oracle: StreamOracle;
  deskUrl = "";
  readonly #backing: Backing;
  readonly #settings: Settings;
  readonly #children = new Map<string, FairleadChild>();
  #directory = "";
  #sent = 0;

  constructor(tenantId: string, { backing, env }: { readonly backing: Backing; readonly env: Settings }) {
    this.tenantId = tenantId;
    this.#backing = backing;
    this.#settings = { ...env, FAIRLEAD_LOG_LEVEL: "info" };
    this.oracle = new StreamOracle(backing.store, backing.log.decisions.partitionCount);
  }

  async start(plan: PlanBody, keys: readonly object[]): Promise<void> {
    this.#directory = await mkdtemp(join(tmpdir(), "fairlead-stream-"));
    await this.publish(plan);
    await this.useKeys(keys);
    const port = await freePort();
    this.deskUrl = `http://127.0.0.1:${port}`;
    const keysFile = { FAIRLEAD_API_KEYS_FILE: this.#keysFile, FAIRLEAD_HTTP_PORT: String(port) };
    await Promise.all([this.#run("router", {}), this.#run("projector", {}), this.#run("desk", keysFile)]);
  }

  /** Keys are exchanged as an operator does it: the file is there at every moment, old or new. */
  async useKeys(keys: readonly object[]): Promise<void> {
    const entries = keys.map((key) => ({ tenantId: this.tenantId, ...key }));
    const fresh = `${this.#keysFile}.new`;
    await writeFile(fresh, JSON.stringify({ keys: entries }));
    await rename(fresh, this.#keysFile);
  }

  async publish(plan: PlanBody): Promise<void> {
    const { planSource: source, log } = this.#backing;
    const publication = await createPublishPlan({ source, log, clock: Date.now })({ ...plan, tenantId: this.tenantId });
    if (publication.kind === "refused") throw new Error(JSON.stringify(publication.findings));
  }

  /** So many new leads, as fast as asked. @param place where the nth lead is, and by which channel it comes */
  async send(count: number, perSecond: number, place: (nth: number) => Place): Promise<void> {
    const { leads } = this.#backing.log;
    const partitionOf = createPartitioner(leads.partitionCount);
    const end = this.#sent + count;
    const startMs = performance.now();
    for (let sent = 0; this.#sent < end;) {
      const due = Math.min(count, Math.ceil(((performance.now() - startMs) * perSecond) / 1_000));
      const fresh = Array.from({ length: due - sent }, () => this.#leadAt(place(this.#sent), (this.#sent += 1)));
      sent = due;
      const byPartition = Map.groupBy(fresh, ({ facts }) => partitionOf(this.tenantId, facts.leadId));
      await Promise.all(Array.from(byPartition, ([partition, own]) => leads.append(partition, own)));
      await delay(LOAD_TICK_MS);
    }
  }

  get sent(): number {
    return this.#sent;
  }

  /** Resolves when every lead that was sent is decided, and the store knows all that the log does. */
  async settle(): Promise<void> {
    const { store, log } = this.#backing;
    await until(
      async () => [...(await store.statusCounts(this.tenantId)).values()].reduce((sum, count) => sum + count, 0),
      (known) => known === this.#sent,
      { what: `${this.#sent} leads to be decided` },
    );
    for (let partition = 0; partition < log.decisions.partitionCount; partition += 1) {
      const end = await log.decisions.endOffset(partition);
      const position = async (): Promise<number> => (await store.position(partition)).next;
      await until(position, (next) => next >= end, { what: `partition ${partition} to be projected` });
    }
  }

  ask(principalId: string, path: string, request: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${tokenOf(principalId)}`, "content-type": "application/json" };
    return fetch(this.deskUrl + path, { ...request, headers, signal: AbortSignal.timeout(10_000) });
  }

  /** A sample of a metric of the desk, 0 before it has any. */
  async deskMetric(sample: string): Promise<number> {
    const text = await (await fetch(`${this.deskUrl}/metrics`)).text();
    const line = text.split("\n").find((candidate) => candidate.startsWith(`${sample} `));
    return Number(line?.slice(sample.length) ?? 0);
  }

  /** Ends the desk without a word and starts it again on the same port. */
  async killDesk(): Promise<void> {
    await this.#children.get("desk")?.stop("SIGKILL");
    const keysFile = { FAIRLEAD_API_KEYS_FILE: this.#keysFile, FAIRLEAD_HTTP_PORT: new URL(this.deskUrl).port };
    await this.#run("desk", keysFile);
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#children.values(), (child) => child.stop()));
    await rm(this.#directory, { recursive: true });
  }

  get #keysFile(): string {
    return join(this.#directory, "keys.json");
  }

  async #run(service: string, settings: Settings): Promise<void> {
    const child = startFairlead(["start", service], { ...this.#settings, ...settings });
    this.#children.set(service, child);
    const { pid } = child.child;
    if (pid !== undefined) {
      processGuard().watch(pid);
      child.child.once("exit", () => processGuard().forget(pid));
    }
    await child.until('"msg":"Listening"');
  }

  #leadAt({ channel, latitudeDeg, longitudeDeg }: Place, number: number): LeadRequest {
    const { tenantId } = this;
    const leadId = `lead-${number}`;
    const location = { latitudeDeg, longitudeDeg, postalCode: "", adminCode: "" };
    const source = { channel, campaign: "", referrer: "" };
    return {
      facts: factsOf(leadId, {
        tenantId,
        identityKeys: [],
        externalId: leadId,
        location,
        source,
        capturedAtMs: Date.now(),
      }),
      sealedContact: new Uint8Array(),
      cycle: 1,
      rerouteReason: "",
      excludedRepIds: [],
      rejectedReason: "",
    };
  }
}

export interface Place {
  readonly channel: string;
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
}

/** An entry of the keys document. */
export function keyFor(principalId: string, rest: object): object {
  return { sha256: createHash("sha256").update(tokenOf(principalId)).digest("hex"), principalId, ...rest };
}
