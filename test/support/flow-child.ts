import { once } from "node:events";
import { startFairlead } from "./child-process.ts";

type Settings = Readonly<Record<string, string>>;

/** An embedded Fairlead in a process of its own. */
export interface EmbeddedChild {
  /** Base URL. */
  readonly address: string;
  /** @returns the exit code; null after a kill */
  stop(signal?: "SIGTERM" | "SIGKILL"): Promise<number | null>;
}

/** `fairlead start`, resolved when it listens. */
export async function startEmbeddedChild(settings: Settings): Promise<EmbeddedChild> {
  const fairlead = startFairlead(["start"], { ...settings, FAIRLEAD_LOG_LEVEL: "info" });
  await fairlead.until('"msg":"Listening"');
  const [, address = ""] = /"address":"([^"]+)"/.exec(fairlead.output()) ?? [];
  return { address, stop: (signal) => fairlead.stop(signal) };
}

/** Runs a command to its end. */
export async function runFairlead(
  args: readonly string[],
  settings: Settings,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const { child, output } = startFairlead(args, settings);
  await once(child, "close");
  return { code: child.exitCode, output: output() };
}
