import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFileAttempts } from "../../services/core/adapters/embedded/file-attempts.ts";
import { attemptsContract } from "./attempts.contract.ts";

attemptsContract("file", async () => {
  const directory = await mkdtemp(join(tmpdir(), "fairlead-attempts-"));
  return {
    join: () => openFileAttempts(join(directory, "attempts.json")),
    close: () => rm(directory, { recursive: true }),
  };
});
