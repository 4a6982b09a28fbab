import { tmpdir } from "node:os";
import { join } from "node:path";
import { configDefaults, defineConfig } from "vitest/config";

/** Below test/, the tests that need no server. What a new folder brings runs with the servers until it is listed here. */
const SERVERLESS = [
  "test/model/**/*.test.ts",
  "test/mutation/mutations.test.ts",
  "test/integration/{territory-*,compose,demo-*,embedded-*,file-log-*,pglite-dies,postgres-embedded,readme,recovery-wait}.test.ts",
  "test/chaos/tcp-proxy.test.ts",
  "test/contract/{http-*,topic-file,group-file,backlog-file,attempts-file,ledger-memory,ledger-fold,checkpoint-*,verify-moving}.test.ts",
];

// Where the tests of the chaos project and of the model say what faults they had; the matrix reads it at the end.
process.env["FAIRLEAD_TEST_TALLIES"] ??= join(tmpdir(), `fairlead-tallies-${process.pid}`);

export default defineConfig({
  test: {
    pool: "forks",
    // Two cores. The servers have to live on them too.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: "unit", include: ["services/**/*.test.ts", ...SERVERLESS] },
      },
      {
        extends: true,
        test: {
          name: "servers",
          include: ["test/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...SERVERLESS, "test/chaos/**"],
          // Runs once, and only if a test of this project is selected.
          globalSetup: ["test/support/global-setup.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "chaos",
          include: ["test/chaos/chaos.test.ts"],
          // Alone on the machine: what it measures is how soon everything is in order again.
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: "matrix", include: ["test/chaos/fault-matrix.test.ts"], sequence: { groupOrder: 2 } },
      },
    ],
  },
});
