import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";

/** A Fairlead process of its own, as an operator would start it. */
export interface FairleadChild {
  readonly child: ChildProcess;
  /** Everything it wrote so far. */
  output(): string;
  /** Resolves once a line of output contains the text. Rejects if the process ends before. */
  until(text: string): Promise<void>;
  /** Asks it to stop, and waits. @returns its exit code */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

const MAIN = new URL("../../services/fairlead/main.ts", import.meta.url).pathname;

interface StartOptions {
  /** In a process group of its own, as a shell puts what it runs: `-pid` is everyone in it. Default false. */
  readonly ownGroup?: boolean;
}

/** Starts `fairlead <args>` with only the given settings of Fairlead in its environment. */
export function startFairlead(
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
  options?: StartOptions,
): FairleadChild {
  return startNode([MAIN, ...args], settings, options);
}

/** Starts Node on a file of the project, in the same way. */
export function startNode(
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
  { ownGroup = false }: StartOptions = {},
): FairleadChild {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("FAIRLEAD_"));
  const env = { ...Object.fromEntries(inherited), NODE_NO_WARNINGS: "1", ...settings };
  const child = spawn(process.execPath, [...args], { env, stdio: ["ignore", "pipe", "pipe"], detached: ownGroup });
  let output = "";
  const waiting = new Set<() => void>();
  const read = (chunk: Buffer): void => {
    output += chunk.toString();
    for (const look of waiting) look();
  };
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  child.on("exit", () => {
    for (const look of waiting) look();
  });
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;

  return {
    child,
    output: () => output,
    until(text) {
      return new Promise((resolve, reject) => {
        const look = (): void => {
          if (output.includes(text)) resolve();
          else if (hasEnded()) reject(new Error(`${args.join(" ")} ended before "${text}":\n${output}`));
          else return;
          waiting.delete(look);
        };
        waiting.add(look);
        look();
      });
    },
    async stop(signal = "SIGTERM") {
      if (!hasEnded()) {
        child.kill(signal);
        await once(child, "exit");
      }
      return child.exitCode;
    },
  };
}
