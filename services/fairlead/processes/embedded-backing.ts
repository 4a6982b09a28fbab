import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createFileTopic } from "../../core/adapters/embedded/log/file-topic.ts";
import { lockDataDirectory } from "../../core/adapters/embedded/log/data-directory-lock.ts";
import { openFileAttempts } from "../../core/adapters/embedded/file-attempts.ts";
import { createFilePlanSource } from "../../core/adapters/embedded/file-plan-source.ts";
import { createFileCheckpoints } from "../../core/adapters/embedded/file-checkpoints.ts";
import { createMemoryLedger } from "../../core/adapters/embedded/memory-ledger.ts";
import { openPglite } from "../../core/adapters/embedded/pglite.ts";
import type { PgliteDeath } from "../../core/adapters/embedded/start-pglite.ts";
import { createStore } from "../../core/adapters/sql/create-store.ts";
import { migrate } from "../../core/adapters/sql/migrate.ts";
import { createAesContactVault, type VaultKeys } from "../../core/adapters/vault/aes-contact-vault.ts";
import type { Clock } from "../../core/domain/lead/clock.ts";
import type { Log } from "../../core/ports/log.ts";
import type { Lifecycle } from "../../core/runtime/lifecycle.ts";
import { createCodecs, type Backing } from "./backing.ts";
import { checkpointDirectory, DECISIONS_TOPIC, logDirectory, planDirectory, storeDirectory } from "./data-directory.ts";
import { unusable } from "./unusable-setting.ts";

/** Enough that waiting for the disk in one partition leaves work in another. */
const PARTITIONS = 4;

export interface EmbeddedBackingOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly lifecycle: Lifecycle;
  readonly onFault: (error: unknown) => void;
  /** Told when PGlite's process died. It is started again as soon as somebody asks it for something. */
  readonly onStoreDied?: (death: PgliteDeath) => void;
}

/**
 * Everything in one directory: `log/` (the truth), `plans/`, `keys.json`, `attempts.json`, and `store/` (with `store.lock/`) and
 * `checkpoint/`, which are made from the log and may be deleted.
 *
 * @throws Fault DATA_DIR_LOCKED if another process has the directory, LOG_CORRUPT if the log was damaged.
 */
export async function openEmbeddedBacking(options: EmbeddedBackingOptions): Promise<Backing> {
  const { dataDir, lifecycle } = options;
  await mkdir(dataDir, { recursive: true }).catch((cause: unknown) => {
    throw unusable(`FAIRLEAD_DATA_DIR ${dataDir} cannot be made`, cause);
  });
  const lock = await lockDataDirectory(dataDir);
  lifecycle.onClose("data directory lock", () => lock.release());

  const vault = createAesContactVault(await loadKeys(dataDir));
  const log = await openFileLog(options, createCodecs(vault, options.clock));
  lifecycle.onClose("log", () => log.close());

  const session = await openPglite({ directory: storeDirectory(dataDir) }, options.onStoreDied);
  lifecycle.onClose("store", () => session.close());
  await migrate(session);

  const ledger = createMemoryLedger();
  const checkpoints = createFileCheckpoints(checkpointDirectory(dataDir));
  const planSource = createFilePlanSource(planDirectory(dataDir));
  const attempts = openFileAttempts(join(dataDir, "attempts.json"));
  return { log, ledger, store: createStore(session), planSource, checkpoints, vault, attempts };
}

async function openFileLog(
  { dataDir, clock, onFault }: EmbeddedBackingOptions,
  codecs: ReturnType<typeof createCodecs>,
): Promise<Log> {
  const common = { directory: logDirectory(dataDir), clock, onFault };
  const leads = await createFileTopic({
    ...common,
    name: "fairlead.leads.v1",
    partitionCount: PARTITIONS,
    codec: codecs.leads,
  });
  const decisions = await createFileTopic({
    ...common,
    name: DECISIONS_TOPIC,
    partitionCount: PARTITIONS,
    codec: codecs.decisions,
  });
  const control = await createFileTopic({
    ...common,
    name: "fairlead.control.v1",
    partitionCount: 1,
    codec: codecs.control,
  });
  const deadLetters = await createFileTopic({
    ...common,
    name: "fairlead.leads.dlq.v1",
    partitionCount: 1,
    codec: codecs.deadLetters,
  });
  const audit = await createFileTopic({
    ...common,
    name: "fairlead.audit.v1",
    partitionCount: 1,
    codec: codecs.audit,
  });
  return {
    leads,
    leadCopies: leads,
    decisions,
    control,
    deadLetters,
    audit,
    async close() {
      for (const topic of [leads, decisions, control, deadLetters, audit]) await topic.close();
    },
  };
}

const KEY_BYTES = 32;

/** The keys of this directory, made at its first start. Without them contacts stay sealed for ever. */
async function loadKeys(dataDir: string): Promise<VaultKeys> {
  const file = join(dataDir, "keys.json");
  try {
    const keys = JSON.parse(await readFile(file, "utf8")) as { identityKey: string; contactKey: string };
    return { identityKey: Buffer.from(keys.identityKey, "base64"), contactKey: Buffer.from(keys.contactKey, "base64") };
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
  const keys = { identityKey: randomBytes(KEY_BYTES), contactKey: randomBytes(KEY_BYTES) };
  const text = JSON.stringify({
    identityKey: keys.identityKey.toString("base64"),
    contactKey: keys.contactKey.toString("base64"),
  });
  // Renamed into place, so that a crash leaves the whole file or none.
  await writeFile(`${file}.new`, text, { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
  return keys;
}
