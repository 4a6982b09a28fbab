#!/usr/bin/env node
import { Fault } from "../core/domain/fault.ts";
import { closeOnSignal } from "../core/runtime/lifecycle.ts";
import { createLogger } from "../core/runtime/logger.ts";
import { loadConfig } from "./config.ts";
import { takePlace } from "./processes/priority.ts";

const USAGE = `usage: fairlead <command>

  start                     all services in this process, on one data directory (FAIRLEAD_MODE=embedded)
  start <service>           one service: capture, router, projector, steward, desk, planner, auditor
  migrate                   create topics and tables (distributed)
  demo                      publish the demo plan and play demo leads against a running Fairlead (distributed)
  verify                    fold the log and compare ledger and store with it; exits 1 on any violation
  rebuild                   rebuild the ledger from the log
  dlq list | dlq replay     show records that were given up, and put them back into the leads topic; replay is a dry run
                            without --apply. --code=C --tenant=T --id=I --older-than=12h choose, --rate=N records per
                            second (50), --force repeats a replay, --by=NAME is told to the audit

Settings are environment variables; see README.md.`;

const SERVICES = ["capture", "router", "projector", "steward", "desk", "planner", "auditor"] as const;
type Service = (typeof SERVICES)[number];

async function run([command, ...rest]: readonly string[]): Promise<void> {
  const [argument] = rest;
  switch (command) {
    case "start":
      return argument === undefined ? startAll() : startService(argument);
    case "migrate":
      return (await import("./processes/migrate.ts")).runMigrate(loadConfig(process.env));
    case "verify":
      return (await import("./processes/verify.ts")).runVerify(loadConfig(process.env));
    case "rebuild":
      return (await import("./processes/rebuild.ts")).runRebuild(loadConfig(process.env));
    case "dlq":
      return (await import("./processes/dlq.ts")).runDlq(loadConfig(process.env), rest);
    case "demo":
      return (await import("./processes/demo.ts")).runDemo(loadConfig(process.env));
    default:
      console.log(USAGE);
      process.exitCode = command === undefined || command === "help" ? 0 : 2;
  }
}

async function startAll(): Promise<void> {
  const config = loadConfig(process.env);
  if (config.backing.mode !== "embedded") {
    throw new Fault("CONFIG_INVALID", `name the service to start: ${SERVICES.join(", ")}`);
  }
  const { startEmbedded } = await import("./processes/embedded.ts");
  const { createEmbeddedDemo } = await import("./processes/embedded-demo.ts");
  const logger = createLogger(config.logLevel, "embedded");
  const demo = createEmbeddedDemo();
  const running = await startEmbedded(config, logger, demo.prepare);
  closeOnSignal(running.lifecycle, logger);
  demo.play(running);
}

async function startService(name: string): Promise<void> {
  const service = SERVICES.find((known) => known === name);
  if (service === undefined)
    throw new Fault("CONFIG_INVALID", `there is no service of that name: ${SERVICES.join(", ")}`);
  const config = loadConfig(process.env);
  takePlace(service);
  const logger = createLogger(config.logLevel, service);
  const start = (await loadService(service)).start;
  const { lifecycle } = await start(config, logger);
  closeOnSignal(lifecycle, logger);
}

/** Only the process that was asked for is loaded, with its drivers. */
function loadService(service: Service) {
  switch (service) {
    case "capture":
      return import("./processes/capture.ts");
    case "router":
      return import("./processes/router.ts");
    case "projector":
      return import("./processes/projector.ts");
    case "steward":
      return import("./processes/steward.ts");
    case "desk":
      return import("./processes/desk.ts");
    case "planner":
      return import("./processes/planner.ts");
    case "auditor":
      return import("./processes/auditor.ts");
  }
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Fault)) throw error;
  console.error(`${error.code}: ${error.message}${error.at === undefined ? "" : ` (${error.at})`}`);
  process.exit(1);
}
