import type { RedisCluster } from "../../deploy/local/redis-cluster.ts";
import { metaKey } from "../../services/core/adapters/redis/keys.ts";
import { asRedisAdmin } from "./redis-admin.ts";

const SLOTS = 16_384;

/** Names of tenants, so many for each master, whose keys are in slots that the master has had from its beginning. */
export async function clusterTenants({ masters }: RedisCluster, perMaster: number): Promise<readonly string[][]> {
  const [first] = masters;
  if (first === undefined) throw new Error("A cluster without masters has no tenants.");
  return asRedisAdmin(first, async (admin) => {
    const tenants = masters.map((): string[] => []);
    for (let number = 1; tenants.some(({ length }) => length < perMaster); number += 1) {
      const tenantId = `tenant-${number}`;
      const slot = await admin.cluster("KEYSLOT", metaKey(tenantId));
      const share = tenants[Math.floor((slot * masters.length) / SLOTS)];
      if (share !== undefined && share.length < perMaster) share.push(tenantId);
    }
    return tenants;
  });
}
