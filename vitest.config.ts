import { configDefaults, defineConfig } from "vitest/config";

/** Below test/, the tests that need no server. What a new folder brings runs with the servers until it is listed here. */
const SERVERLESS = [
  "test/model/**/*.test.ts",
  "test/mutation/mutations.test.ts",
  "test/integration/{territory-*,compose,demo-*,embedded-kills,file-log-*,readme,recovery-wait}.test.ts",
  "test/contract/{http-*,topic-file,group-file,ledger-memory,ledger-fold,checkpoint-*}.test.ts",
];

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
          exclude: [...configDefaults.exclude, ...SERVERLESS],
          // Runs once, and only if a test of this project is selected.
          globalSetup: ["test/support/global-setup.ts"],
        },
      },
    ],
  },
});
