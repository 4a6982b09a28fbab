import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTool, tryTool } from "./run-tool.ts";

const GENERATED = "services/core/wire/gen";

/**
 * Rejects unless the code in the checkout is what the .proto files generate. Generates in a copy and compares, so that
 * a check changes nothing in the checkout, and also finds files that git does not know yet.
 */
export async function expectGeneratedCode(root: string, env: NodeJS.ProcessEnv): Promise<void> {
  const copy = mkdtempSync(join(tmpdir(), "fairlead-generated-"));
  try {
    cpSync(join(root, "proto"), join(copy, "proto"), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
    // As `npm run proto` does.
    await runTool("buf", ["generate", "proto", "--template", "proto/buf.gen.yaml"], { cwd: copy, env });
    const compare = ["--recursive", "--brief", join(root, GENERATED), join(copy, GENERATED)];
    const { exitCode, output } = await tryTool("diff", compare);
    if (exitCode !== 0) throw new Error(`${GENERATED} is not what proto/ generates. Run "npm run proto".\n${output}`);
  } finally {
    rmSync(copy, { recursive: true });
  }
}
