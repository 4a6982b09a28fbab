import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFilePlanSource } from "../../services/core/adapters/embedded/file-plan-source.ts";
import { planSourceContract } from "./plan-source.contract.ts";
import { ENGINES, openDatabase } from "./store-open.ts";

for (const [name, openSession] of ENGINES) {
  planSourceContract(name, async () => {
    const { plans, empty, session } = await openDatabase(openSession);
    return { plans, empty, close: () => session.close() };
  });
}

planSourceContract("Plan files", async () => {
  const directory = await mkdtemp(join(tmpdir(), "fairlead-plans-"));
  const remove = () => rm(directory, { recursive: true, force: true });
  return { plans: createFilePlanSource(directory), empty: remove, close: remove };
});
