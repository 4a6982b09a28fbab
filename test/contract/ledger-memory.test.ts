import { createMemoryLedger } from "../../services/core/adapters/embedded/memory-ledger.ts";
import { ledgerContract } from "./ledger.contract.ts";

ledgerContract("the memory ledger", async () => createMemoryLedger());
