import { createCheckpoints } from "../../services/core/adapters/sql/create-checkpoints.ts";
import { migrate } from "../../services/core/adapters/sql/migrate.ts";
import { checkpointsContract } from "./checkpoints.contract.ts";
import { ENGINES } from "./store-open.ts";

for (const [name, openSession] of ENGINES) {
  checkpointsContract(name, async () => {
    const session = await openSession();
    await migrate(session);
    return { checkpoints: createCheckpoints(session), close: () => session.close() };
  });
}
