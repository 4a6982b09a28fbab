import { Redis } from "ioredis";
import { until } from "./flow-until.ts";

/** Says something to a Redis as its operator, who waits until it is there. */
export async function asRedisAdmin<T>(
  { url }: { readonly url: string },
  act: (admin: Redis) => Promise<T>,
): Promise<T> {
  const admin = new Redis(url, { maxRetriesPerRequest: null });
  admin.on("error", () => undefined);
  try {
    return await act(admin);
  } finally {
    admin.disconnect();
  }
}

/** Resolves when the server is a master, or a replica that has caught up. */
export function hasRole(server: { readonly url: string }, role: "master" | "slave"): Promise<unknown> {
  return asRedisAdmin(server, (admin) =>
    until(
      async () => await admin.info("replication"),
      (info) => info.includes(`role:${role}`) && !info.includes("master_link_status:down"),
      { what: `${server.url} to be a ${role}` },
    ),
  );
}

/** Makes a replica the master without a vote, which would be refused soon after another one. */
export async function takeOver(replica: { readonly url: string }): Promise<void> {
  await hasRole(replica, "slave");
  await asRedisAdmin(replica, (admin) => admin.cluster("FAILOVER", "TAKEOVER"));
  await hasRole(replica, "master");
}
