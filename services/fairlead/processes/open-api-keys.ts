import { unwatchFile, watchFile } from "node:fs";
import { readFile } from "node:fs/promises";
import { indexKeys, parseApiKeys, type KeyIndex } from "../../core/http/api-keys.ts";
import type { ServiceContext } from "./service-context.ts";
import { unusable } from "./unusable-setting.ts";

/** The keys of a file as it is now. */
export interface FileKeys {
  readonly current: () => KeyIndex;
  /** Calls back when the file has other keys. */
  onChanged(listener: () => void): void;
}

/** So soon a key that is taken out of the file is refused. */
const LOOK_EVERY_MS = 1_000;

/**
 * Keys are given out, exchanged and revoked by replacing the file, without a restart. A file that can't be used stops the
 * process at boot; later it is a fault, and the keys before it stay.
 *
 * @throws Fault CONFIG_INVALID
 */
export async function openApiKeys(
  file: string,
  { lifecycle, logger, metrics }: Pick<ServiceContext, "lifecycle" | "logger" | "metrics">,
): Promise<FileKeys> {
  const listeners: (() => void)[] = [];
  let keys = await readKeys(file);

  async function readAgain(): Promise<void> {
    keys = await readKeys(file);
    logger.info({ keys: keys.size }, "API keys read");
    for (const listener of listeners) listener();
  }

  const onTouched = (): void => void readAgain().catch((error: unknown) => metrics.onFault("keys", error));
  watchFile(file, { interval: LOOK_EVERY_MS, persistent: false }, onTouched);
  lifecycle.onClose("keys", () => unwatchFile(file, onTouched));
  return { current: () => keys, onChanged: (listener) => void listeners.push(listener) };
}

async function readKeys(file: string): Promise<KeyIndex> {
  return indexKeys(parseApiKeys(await readJson(file)));
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    throw unusable(`FAIRLEAD_API_KEYS_FILE ${file} cannot be read`, cause);
  }
}
