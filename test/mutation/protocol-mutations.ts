import { type Mutation, without } from "./mutation.ts";

const SIMULATION = "test/model/simulation.test.ts";
const HOLDS = "holds all invariants";
const REDIS_LEDGER = "test/integration/redis-ledger.test.ts";
const REDIS_CLUSTER = "test/integration/redis-cluster.test.ts";
const LUA = "services/core/adapters/redis";

/** The guards of the commit protocol, in the product's own code. */
export const PROTOCOL_MUTATIONS: readonly Mutation[] = [
  without(
    "fence read",
    "services/core/protocol/commit-decisions.ts",
    ['if (notedEpoch !== epoch) return { kind: "abandoned", reason: "epoch_moved" };'],
    [SIMULATION, HOLDS],
  ),
  without(
    "barrier rule",
    "services/core/domain/decision/fold.ts",
    ['if (decision.epoch < barrierEpoch) return { verdict: "void", state };', "void barrierEpoch;"],
    [SIMULATION, HOLDS],
  ),
  without(
    "run-id check of the scripts",
    `${LUA}/ledger-preamble.lua`,
    ["if meta[3] ~= runId then return nil end"],
    [REDIS_LEDGER, "F6: is fenced after a restart"],
  ),
  without(
    "slot in motion",
    `${LUA}/ledger-preamble.lua`,
    ['redis.call("EXISTS", TENANT .. "nowhere", TENANT .. "elsewhere")'],
    [REDIS_CLUSTER, "answers nobody while the slot of a tenant moves"],
  ),
  {
    name: "epoch check of a reservation",
    // Two: a router that does not know the places of its reps asks for them first.
    changes: [
      {
        file: `${LUA}/reserve-snapshot.lua`,
        find: "if ready ~= epoch or mark ~= q.mark then",
        replace: "if not ready then",
      },
      { file: `${LUA}/place-reps.lua`, find: "if ready ~= epoch then", replace: "if not ready then" },
    ],
    caughtBy: { file: "test/contract/ledger-redis.test.ts", name: "is fenced for another epoch" },
  },
  without(
    "epoch check of a reservation, embedded",
    "services/core/adapters/embedded/memory-ledger.ts",
    ["image === undefined || activeEpoch !== request.epoch", "image === undefined"],
    ["test/contract/ledger-memory.test.ts", "is fenced for another epoch"],
  ),
  without(
    "epoch check of a release",
    `${LUA}/apply-changes.lua`,
    ["if not epoch or epoch < minEpoch then return 0 end", "if not epoch then return 0 end"],
    ["test/contract/ledger-redis.test.ts", "applies changes from its epoch on"],
  ),
  // The desk has no ledger to tell, so the other order can only be built beside it.
  without(
    "log-first release",
    "test/model/simulation/service.ts",
    ["mutations.redisFirst === true ? withoutLogFirst", "mutations.redisFirst !== false ? withoutLogFirst"],
    [SIMULATION, HOLDS],
  ),
];

/** Who may commit an offset, and which seeding may become the ledger. */
export const OWNERSHIP_MUTATIONS: readonly Mutation[] = [
  // The broker checks the generation of a commit; the simulation's broker can be told not to.
  without(
    "generation check of the broker",
    "test/model/simulation/topic-server.ts",
    ["if (isStale && this.options.acceptsStaleCommits !== true)", "if (isStale && Math.PI < 3)"],
    [SIMULATION, HOLDS],
  ),
  without(
    "generation check of the member",
    "services/core/adapters/kafka/membership.ts",
    ["!isAbandoned && !isLost && performance.now() - lastAnswerMs < sessionTimeoutMs", "!isAbandoned"],
    ["test/contract/group-kafka.test.ts", "a batch held over a rebalance is no longer owned"],
  ),
  without(
    "commit of a reader that was closed, Kafka",
    "services/core/adapters/kafka/membership.ts",
    ["!isAbandoned && !isLost", "!isLost"],
    ["test/contract/group-kafka.test.ts", "after which it is no longer owned and can't commit"],
  ),
  without(
    "commit of a reader that was closed, embedded",
    "services/core/adapters/embedded/log/group-reader.ts",
    ["if (isAbandoned()) return;"],
    ["test/contract/group-file.test.ts", "after which it is no longer owned and can't commit"],
  ),
  without(
    "activation guard: later epoch",
    `${LUA}/activate.lua`,
    ["if active and tonumber(active) >= tonumber(ARGV[1]) then return 0 end"],
    [REDIS_LEDGER, "does not activate a seeding that a later one overtook"],
  ),
  without(
    "activation guard: run id",
    `${LUA}/activate.lua`,
    ["if runId ~= ARGV[2] then return 0 end"],
    [REDIS_LEDGER, "does not activate what was seeded before a restart"],
  ),
  without(
    "activation guard: mark of the seeding",
    `${LUA}/activate.lua`,
    ['if redis.call("GET", KEYS[2]) ~= ARGV[3] then return 0 end'],
    [REDIS_LEDGER, "does not activate what was flushed away while it was seeded"],
  ),
  without(
    "activation guard, embedded",
    "services/core/adapters/embedded/memory-ledger.ts",
    ['if (activeEpoch !== null && activeEpoch >= epoch) return "superseded";'],
    ["test/contract/ledger-memory.test.ts", "is not seeded with its own or an earlier epoch"],
  ),
  without(
    "suspect mode",
    "services/router/suspect-mode.ts",
    [
      "(await attempts.begin(work)) === 1 ? await routeLeads(batch) : await routeOneByOne(batch)",
      "await routeLeads(batch)",
    ],
    ["services/router/suspect-mode.test.ts", "buries the killer at its third attempt"],
  ),
];
