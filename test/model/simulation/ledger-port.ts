import { Fault } from "../../../services/core/domain/fault.ts";
import type { LedgerRow } from "../../../services/core/domain/ledger/ledger-row.ts";
import type { Ledger } from "../../../services/core/ports/ledger.ts";
import type { RedisServer, RedisSetup } from "./redis-server.ts";
import type { CallOptions, Scheduler, SimProcess } from "./scheduler.ts";

const unavailable = (): Fault => new Fault("LEDGER_UNAVAILABLE", "The ledger did not answer.", { retriable: true });
const QUERY: CallOptions = { kind: "ledger", unknownFate: unavailable };
const COMMAND: CallOptions = { ...QUERY, mayArriveLate: true };

export interface LedgerPort extends Ledger {
  /** To the primary of now; until then, calls go to the server that was the primary when it connected. */
  reconnect(): void;
}

/** The ledger as one process sees it, with the same commands in the same order as the Redis adapter. */
export function ledgerPort(scheduler: Scheduler, process: SimProcess, redis: RedisSetup): LedgerPort {
  let server = redis.primary;

  function call<R>(what: string, effect: (server: RedisServer) => R, options: CallOptions): Promise<R> {
    // A request stays with the server it was sent to, however late it arrives there.
    const target = server;
    const run = (): R => {
      if (!target.isGone) return effect(target);
      if (server === target) server = redis.primary;
      throw unavailable();
    };
    return scheduler.call(process, what, run, options);
  }

  return {
    reconnect: () => void (server = redis.primary),
    reserve: (request) => call("reserve", (at) => at.reserve(request), { ...COMMAND, sent: request.items }),
    apply: (tenantId, changes, minEpoch) =>
      call("apply", (at) => at.apply(tenantId, changes, minEpoch), { ...COMMAND, sent: changes }),
    unfinished: (tenantId) => call("unfinished", (at) => at.unfinished(tenantId), QUERY),
    readyEpoch: (tenantIds) =>
      call(
        "ready epoch",
        (at) => {
          if (tenantIds.length === 0) return at.rosterEpoch;
          const epochs = new Set(tenantIds.map((tenantId) => at.ready(tenantId)?.epoch ?? null));
          const [common = null] = epochs;
          return epochs.size === 1 ? common : null;
        },
        QUERY,
      ),
    seed(epoch, tenants) {
      const enrol = () => call("seed: roster", (at) => at.writeRoster(epoch, tenants.keys()), COMMAND);
      return seed("seed", epoch, { tenants, enrol });
    },
    async open(tenantId, epoch) {
      const joined = await call("open: join", (at) => at.joinRoster(epoch, tenantId), COMMAND);
      if (joined !== "joined") return joined;
      const enrol = () => Promise.resolve("written" as const);
      const verdict = await seed("open", epoch, { tenants: new Map([[tenantId, []]]), enrol });
      return verdict === "activated" ? "opened" : "fenced";
    },
    async *dump(tenantId) {
      yield* server.rows(tenantId);
    },
    close: () => Promise.resolve(),
  };

  async function seed(
    what: "seed" | "open",
    epoch: number,
    {
      tenants,
      enrol,
    }: {
      readonly tenants: ReadonlyMap<string, Iterable<LedgerRow>>;
      readonly enrol: () => Promise<"written" | "superseded">;
    },
  ): Promise<"activated" | "superseded"> {
    const mark = `${process.name} ${epoch}`;
    const runIds = new Map<string, string>();
    for (const tenantId of tenants.keys()) {
      const runId = await call(`${what}: begin`, (at) => at.beginSeeding(tenantId, epoch, mark), QUERY);
      if (runId === "superseded") return runId;
      runIds.set(tenantId, runId);
    }
    for (const [tenantId, rows] of tenants) {
      const all = [...rows];
      await call(`${what}: rows`, (at) => at.writeRows(tenantId, epoch, all), QUERY);
    }
    if ((await enrol()) === "superseded") return "superseded";
    for (const [tenantId, runId] of runIds) {
      const activate = (at: RedisServer) => at.activate(tenantId, epoch, { runId, mark });
      if ((await call(`${what}: activate`, activate, COMMAND)) === "superseded") return "superseded";
    }
    return "activated";
  }
}
