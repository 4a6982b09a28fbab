import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import type { UserIds } from "./server.ts";

export interface ToolOptions {
  readonly user?: UserIds | undefined;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export interface ToolResult {
  /** 0 if the tool succeeded. -1 if a signal ended it. */
  readonly exitCode: number;
  readonly output: string;
}

const TAIL_LINES = 120;

/** Runs a tool to its end without a shell and without standard input. Rejects only if it cannot be started. */
export async function tryTool(
  command: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<ToolResult> {
  const child = spawn(command, args, {
    ...options.user,
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? -1));
  });
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { exitCode, output: `${stdout}${stderr}` };
}

/** As `tryTool`, and rejects with the end of the output if the tool fails. */
export async function runTool(command: string, args: readonly string[], options: ToolOptions = {}): Promise<string> {
  const { exitCode, output } = await tryTool(command, args, options);
  if (exitCode === 0) return output;
  const tail = output.trimEnd().split("\n").slice(-TAIL_LINES).join("\n");
  throw new Error(`"${[command, ...args].join(" ")}" failed (exit ${exitCode}):\n${tail}`);
}
