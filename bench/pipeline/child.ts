import { spawn } from "node:child_process";
import { once } from "node:events";
import { processGuard } from "../../deploy/local/guard.ts";
import type { Installation } from "./installation.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

export const FAIRLEAD = "services/fairlead/main.ts";

/** A process under measurement. */
export interface Child {
  readonly pid: number;
  /** Resolves to its base URL, empty if it has none, when it wrote that it listens; rejects if it ends before. */
  listening(): Promise<string>;
  /** All that it wrote. */
  output(): string;
  stop(): Promise<void>;
}

export interface ChildOptions {
  readonly script: string;
  readonly args: readonly string[];
  readonly nodeArgs?: readonly string[];
}

/** Starts a program of the repository with the installation's settings. */
export function startChild({ settings }: Pick<Installation, "settings">, options: ChildOptions): Child {
  const { script, args, nodeArgs = [] } = options;
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("FAIRLEAD_"));
  const env = { ...Object.fromEntries(inherited), NODE_NO_WARNINGS: "1", ...settings };
  const child = spawn(process.execPath, [...nodeArgs, script, ...args], {
    cwd: ROOT,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { pid = 0 } = child;
  // Ends it when the bench ends in whatever way.
  if (pid !== 0) processGuard().watch(pid);
  let output = "";
  let look = (): void => undefined;
  const read = (chunk: Buffer): void => {
    output += chunk.toString();
    look();
  };
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  child.on("exit", () => {
    processGuard().forget(pid);
    look();
  });
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    pid,
    output: () => output,
    listening() {
      return new Promise((resolve, reject) => {
        look = () => {
          const address = /"address":"([^"]*)","msg":"Listening"/u.exec(output)?.[1];
          if (address !== undefined) resolve(address);
          else if (hasEnded()) reject(new Error(`${script} ${args.join(" ")} ended:\n${output}`));
        };
        look();
      });
    },
    async stop() {
      if (hasEnded()) return;
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      const force = setTimeout(() => child.kill("SIGKILL"), 15_000);
      await exited;
      clearTimeout(force);
    },
  };
}
