import { planSourceContract } from "./plan-source.contract.ts";
import { ENGINES } from "./store-open.ts";

for (const [name, openSession] of ENGINES) planSourceContract(name, openSession);
