import { userInfo } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { createLifecycle } from "../../core/runtime/lifecycle.ts";
import { createLogger } from "../../core/runtime/logger.ts";
import { findLetters, type FoundLetter } from "../../router/dead-letters/find-letters.ts";
import { replayLetters } from "../../router/dead-letters/replay-letters.ts";
import type { Config } from "../config.ts";
import { readDlqOptions } from "../dlq-options.ts";
import { createCodecs } from "./backing.ts";
import { openBacking } from "./open-backing.ts";

/**
 * `fairlead dlq list` shows the records that were given up; `fairlead dlq replay` puts them back into the leads topic,
 * after their cause is gone. Embedded, the process must be stopped: the data directory has one owner.
 *
 * @throws Fault CONFIG_INVALID for options that nobody knows
 */
export async function runDlq(config: Config, args: readonly string[]): Promise<void> {
  const clock = Date.now;
  const { command, filter, isApplied, isForced, ratePerSecond, actor } = readDlqOptions(args, clock());
  const logger = createLogger(config.logLevel === "info" ? "warn" : config.logLevel, "dlq");
  const lifecycle = createLifecycle(logger);
  try {
    const { log, vault } = await openBacking({ config, name: "dlq", clock, logger, lifecycle });
    const { leads: codec } = createCodecs(vault, clock);
    const tenantOf = (bytes: Uint8Array): string | null => {
      const decoded = codec.decode(bytes);
      return decoded.ok ? decoded.value.facts.tenantId : null;
    };
    const found = await findLetters({ log, tenantOf }, filter);
    for (const letter of found) console.log(describe(letter));
    if (command === "list") return console.log(`${found.length} dead letters`);

    const due = found.filter(({ replayedAtMs }) => isForced || replayedAtMs === null).map(({ letter }) => letter);
    const before = found.length - due.length;
    if (before > 0) console.log(`${before} were replayed before: --force replays them again`);
    if (!isApplied) return console.log(`${due.length} would be replayed: --apply does it`);
    await replayLetters({ log, actor: actor ?? userInfo().username, ratePerSecond, clock, wait }, due);
    console.log(`${due.length} replayed`);
  } finally {
    await lifecycle.close();
  }
}

/** Nothing of the record's content but whose it is. */
function describe({ letter, tenantId, replayedAtMs }: FoundLetter): string {
  const { deadLetterId, code, at, attempts, firstSeenMs, bytes } = letter;
  const fields = [
    new Date(firstSeenMs).toISOString(),
    deadLetterId,
    at === "" ? code : `${code} at ${at}`,
    `tenant ${tenantId ?? "unknown"}`,
    `${attempts} attempts`,
    `${bytes.byteLength} bytes`,
  ];
  if (replayedAtMs !== null) fields.push(`replayed ${new Date(replayedAtMs).toISOString()}`);
  return fields.join("  ");
}
