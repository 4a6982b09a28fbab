// Who may know whom. Each rule says why, so that its failure teaches.
const error = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });
const NOT_A_TEST = "\\.(test|fixture)\\.ts$";

/** Driver → the one folder that may know it. */
const OWNERS = {
  ioredis: "services/core/adapters/redis",
  pg: "services/core/adapters/postgres",
  kafkajs: "services/core/adapters/kafka",
  "@platformatic/kafka": "services/core/adapters/kafka",
  "@electric-sql/pglite": "services/core/adapters/embedded",
};

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    error(
      "domain-is-pure",
      "Domain code is arithmetic on values: no I/O, no clock, no framework. Hashes and number formats are values too.",
      { path: "^services/core/domain/", pathNot: NOT_A_TEST },
      {
        pathNot: [
          "^services/core/domain/",
          "node_modules/(rbush|@turf|robust-predicates|libphonenumber-js|@types/geojson)/",
          "^(node:)?crypto$",
          "^geojson$",
        ],
      },
    ),
    error(
      "geometry-stays-in-territory",
      "rbush and Turf are details of the territory index.",
      { pathNot: "^(services/core/domain/territory|services/fairlead/demo|bench|test)/" },
      { path: "node_modules/(rbush|@turf)/" },
    ),
    error(
      "ports-know-only-domain",
      "A port is a promise in domain words. A driver type in it leaks the technology.",
      { path: "^services/core/ports/" },
      { pathNot: "^services/core/(ports|domain)/" },
    ),
    error(
      "protocol-knows-domain-and-ports",
      "The commit protocol is the same over every log and ledger.",
      { path: "^services/core/protocol/", pathNot: NOT_A_TEST },
      { pathNot: "^services/core/(protocol|ports|domain)/" },
    ),
    error(
      "wire-knows-only-records",
      "wire/ maps protobuf to the records of domain and ports, and back.",
      { path: "^services/core/wire/", pathNot: NOT_A_TEST },
      { path: "^services/", pathNot: "^services/core/(wire|domain|ports)/" },
    ),
    error(
      "adapters-implement-ports-only",
      "An adapter translates one technology: no service, no sibling. The SQL is shared by both engines that run it.",
      { path: "^services/core/adapters/([^/]+)/", pathNot: NOT_A_TEST },
      { path: "^services/", pathNot: ["^services/core/(domain|ports|wire)/", "^services/core/adapters/($1|sql)/"] },
    ),
    error(
      "services-know-the-core-only",
      "A service gets everything else as an argument from a composition root.",
      { path: "^services/(capture|router|steward|projector|desk|planner|auditor)/", pathNot: NOT_A_TEST },
      { path: "^services/core/(adapters|wire|runtime)/", dependencyTypesNot: ["type-only"] },
    ),
    error(
      "services-do-not-know-each-other",
      "Services meet on the log, in the ledger and in the store.",
      { path: "^services/(capture|router|steward|projector|desk|planner|auditor)/" },
      { path: "^services/(capture|router|steward|projector|desk|planner|auditor|fairlead)/", pathNot: "^services/$1/" },
    ),
    error(
      "only-processes-compose",
      "Adapters are chosen in one place per process. Tests and benches may choose too.",
      { pathNot: ["^(services/(fairlead/processes|core/adapters)|test|bench)/", NOT_A_TEST] },
      { path: "^services/core/adapters/" },
    ),
    error(
      "nothing-imports-processes",
      "A composition root is a leaf. Only flow tests and benches start one.",
      { pathNot: "^(services/fairlead|test|bench)/" },
      { path: "^services/fairlead/" },
    ),
    ...Object.entries(OWNERS).map(([driver, owner]) =>
      error(
        `${driver.replace(/[@/]/g, "")}-has-one-owner`,
        `${driver} is replaceable while only ${owner} knows it.`,
        { pathNot: `^(${owner}|test|bench|deploy)/` },
        { path: `node_modules/(@types/)?${driver}/` },
      ),
    ),
    error(
      "fastify-only-in-http",
      "HTTP is one way in. The routing core must not notice it.",
      { pathNot: "^(services/core/http|services/(capture|desk|planner)|services/fairlead/processes|test|bench)/" },
      { path: "node_modules/(fastify|@fastify)/", dependencyTypesNot: ["type-only"] },
    ),
    error(
      "protobuf-only-in-wire",
      "Generated messages stop at wire/.",
      { pathNot: "^(services/core/wire|test|bench)/" },
      { path: "node_modules/@bufbuild/protobuf/" },
    ),
    error(
      "embedded-mode-needs-no-server",
      "The embedded process reaches no driver, even indirectly, even as a type.",
      { path: "^services/fairlead/processes/embedded\\.ts$" },
      { path: "node_modules/(ioredis|pg|kafkajs|@platformatic/kafka)/", reachable: true },
    ),
    error("no-circular", "A cycle means two files are one file, or a third is missing.", {}, { circular: true }),
    error("no-barrels", "Import the file that defines the thing.", {}, { path: "^services/.*/index\\.ts$" }),
    error(
      "no-junk-drawer",
      "Name the concept: backoff.ts, half-open-interval.ts. Not utils.ts.",
      {},
      { path: "/(utils?|helpers?|common|shared|misc|constants|types)(/|\\.ts$)", pathNot: "node_modules" },
    ),
    error(
      "production-does-not-import-tests",
      "Fixtures belong to test/.",
      { path: "^services/", pathNot: NOT_A_TEST },
      { path: ["^test/", NOT_A_TEST, "^bench/"] },
    ),
    error(
      "no-dead-module",
      "Every module is reachable from the executable, but for the two processes that it forks, and what tests compare it with: the exact index and the schema dump.",
      { path: "^services/fairlead/main\\.ts$" },
      {
        path: "^services/.*\\.ts$",
        pathNot: [
          NOT_A_TEST,
          "^services/core/wire/gen/",
          "territory/point-in-territory",
          "sql/describe-schema",
          "embedded/(pglite-(process|prepared|turns|upkeep)|log/topic-reader)",
          "processes/checkpoint-process",
        ],
        reachable: false,
      },
    ),
    error(
      "not-to-dev-dependency",
      "A production install has no dev dependencies.",
      { path: "^services/", pathNot: NOT_A_TEST },
      { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"], pathNot: "node_modules/@types/" },
    ),
    error(
      "not-to-unresolvable",
      "The import does not resolve. Often a missing .ts ending.",
      {},
      { couldNotResolve: true, pathNot: "^(geojson|topojson-specification)$" },
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      extensions: [".ts", ".js", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node", "default"],
    },
  },
};
