import { storeListingContract } from "./store-listing.contract.ts";
import { ENGINES } from "./store-open.ts";
import { storeFailoverContract } from "./store-failover.contract.ts";
import { storeProjectionContract } from "./store-projection.contract.ts";
import { storeContract } from "./store.contract.ts";

for (const [name, openSession] of ENGINES) {
  storeContract(name, openSession);
  storeListingContract(name, openSession);
  storeProjectionContract(name, openSession);
  storeFailoverContract(name, openSession);
}
