import type { RedisServer } from "../../deploy/local/redis.ts";
import { loadConfig } from "../../services/fairlead/config.ts";
import { runMigrate } from "../../services/fairlead/processes/migrate.ts";
import { until } from "../support/flow-until.ts";
import { freshName } from "../support/servers.ts";
import { startMember, type Member, type Service } from "./fleet.ts";
import { CHAOS_PLAN, TENANT } from "./plan.ts";
import type { Stage } from "./stage.ts";

export const PARTITIONS = 4;
/** So that a dead router's partitions are soon another's. */
export const SESSION_MS = 2_000;
const ROUTERS = 3;

type Settings = Readonly<Record<string, string>>;

/** The processes of one Fairlead, and what it takes to look past their proxies. */
export interface Installation {
  /** First part of the names of its topics and groups. */
  readonly prefix: string;
  readonly routers: readonly Member[];
  readonly desk: Member;
  readonly capture: Member;
  readonly members: readonly Member[];
  /** Settings of a process that sees the servers themselves. */
  settingsPast(redis: RedisServer): Settings;
}

/** Empty topics and tables, a plan, and every process listening. */
export async function openInstallation(stage: Stage, redis: RedisServer): Promise<Installation> {
  const prefix = freshName("chaos");
  const database = await stage.createDatabase(prefix);
  const common = {
    FAIRLEAD_MODE: "distributed",
    FAIRLEAD_HTTP_PORT: "0",
    FAIRLEAD_LOG_LEVEL: "info",
    FAIRLEAD_KAFKA_PREFIX: prefix,
    FAIRLEAD_KAFKA_SESSION_MS: String(SESSION_MS),
    FAIRLEAD_PARTITIONS: String(PARTITIONS),
    FAIRLEAD_IDENTITY_KEY: Buffer.alloc(32, 1).toString("base64"),
    FAIRLEAD_CONTACT_KEY: Buffer.alloc(32, 2).toString("base64"),
  };
  const settingsPast = ({ url }: RedisServer): Settings => ({
    ...common,
    FAIRLEAD_KAFKA_BROKERS: stage.kafka.brokers.join(","),
    FAIRLEAD_REDIS_URL: url,
    FAIRLEAD_POSTGRES_URL: database.direct,
  });
  const settings: Settings = {
    ...common,
    FAIRLEAD_KAFKA_BROKERS: stage.kafkaProxies.map(({ port }) => `127.0.0.1:${port}`).join(","),
    FAIRLEAD_POSTGRES_URL: database.proxied,
  };
  await runMigrate(loadConfig({ ...settingsPast(redis), FAIRLEAD_LOG_LEVEL: "silent" }));

  async function start(service: Service, name: string = service): Promise<Member> {
    const member = await startMember({ service, name, settings });
    member.redis.pointAt(redis.port);
    return member;
  }

  const planner = await start("planner");
  await planner.ready();
  await publishPlan(planner.address());
  await planner.close();
  const numbers = Array.from({ length: ROUTERS }, (_, index) => index + 1);
  const routers = await Promise.all(numbers.map((number) => start("router", `router-${number}`)));
  const [projector, steward] = [await start("projector"), await start("steward")];
  const [desk, capture] = [await start("desk"), await start("capture")];
  const members = [...routers, projector, steward, desk, capture];
  await Promise.all(members.map((member) => member.ready()));
  return { prefix, routers, desk, capture, members, settingsPast };
}

async function publishPlan(address: string): Promise<void> {
  const headers = { "content-type": "application/json", "fairlead-tenant": TENANT };
  const request = { method: "POST", headers, body: JSON.stringify(CHAOS_PLAN) };
  await until(
    async () => (await fetch(`${address}/v1/plans`, request)).status,
    (status) => status === 201,
    { what: "the plan to be published" },
  );
}
