import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly ports?: readonly string[];
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly deploy?: { readonly replicas: number };
}

/** Checks without an engine what an engine would refuse, and what it would accept and we regret. */
const file = new URL("../../deploy/compose/compose.yaml", import.meta.url);
const root = new URL("../../", import.meta.url);
const { services, secrets, volumes } = parse(readFileSync(file, "utf8"), { merge: true }) as Compose;

const SERVERS: Readonly<Record<string, string>> = {
  kafka: "apache/kafka:4.3.0",
  redis: "redis:7",
  postgres: "postgres:17",
};
const PROCESSES = ["auditor", "capture", "desk", "planner", "projector", "router", "steward"];
const ENVIRONMENT = [
  "FAIRLEAD_API_KEYS_FILE",
  "FAIRLEAD_CONTACT_KEY",
  "FAIRLEAD_HTTP_HOST",
  "FAIRLEAD_HTTP_PORT",
  "FAIRLEAD_IDENTITY_KEY",
  "FAIRLEAD_KAFKA_BROKERS",
  "FAIRLEAD_MODE",
  "FAIRLEAD_POSTGRES_URL",
  "FAIRLEAD_REDIS_URL",
];

const ours = Object.entries(services).filter(([name]) => !(name in SERVERS));

describe("the compose stack", () => {
  it("has every process, the migration and the three servers, and nothing else", () => {
    expect(Object.keys(services).toSorted()).toEqual([...PROCESSES, "migrate", ...Object.keys(SERVERS)].toSorted());
  });

  it.each(Object.entries(SERVERS))("runs %s from the pinned image %s, with data in a volume", (name, image) => {
    expect(services[name]?.image).toBe(image);
    expect(services[name]?.volumes).toHaveLength(1);
  });

  it.each(ours)("builds %s from the Dockerfile", (_name, { build }) => {
    const context = new URL(`${build?.context}/`, file);
    expect(fileURLToPath(context)).toBe(fileURLToPath(root));
    expect(existsSync(new URL(build?.dockerfile ?? "missing", context))).toBe(true);
  });

  it.each(ours)("gives %s the environment of the distributed mode", (_name, { environment }) => {
    expect(Object.keys(environment ?? {}).toSorted()).toEqual(ENVIRONMENT);
    expect(environment?.["FAIRLEAD_MODE"]).toBe("distributed");
  });

  it.each(ours)("gives %s addresses whose hosts are services", (_name, { environment = {} }) => {
    const brokers = environment["FAIRLEAD_KAFKA_BROKERS"]?.split(",").map((broker) => `kafka://${broker}`) ?? [];
    const urls = [...brokers, environment["FAIRLEAD_REDIS_URL"], environment["FAIRLEAD_POSTGRES_URL"]];
    const hosts = urls.map((url) => /^[a-z]+:\/\/(?:.*@)?([a-z]+):\d+/.exec(url ?? "")?.[1]);
    expect(hosts).toEqual(["kafka", "redis", "postgres"]);
  });

  it.each(PROCESSES)("starts %s after the migration", (name) => {
    expect(services[name]?.command).toEqual(["start", name]);
    expect(services[name]?.depends_on).toEqual({ migrate: { condition: "service_completed_successfully" } });
  });

  it("runs two routers", () => {
    expect(services["router"]?.deploy?.replicas).toBe(2);
  });

  it.each(Object.entries(services))("defines all that %s refers to", (_name, service) => {
    const awaited = Object.entries(service.depends_on ?? {});
    for (const [target] of awaited) expect(services).toHaveProperty(target);
    const healthy = awaited.filter(([, { condition }]) => condition === "service_healthy");
    for (const [target] of healthy) expect(services[target]?.healthcheck?.test).toBeDefined();
    for (const secret of service.secrets ?? []) expect(secrets).toHaveProperty(secret);
    for (const volume of service.volumes ?? []) expect(volumes).toHaveProperty(String(volume.split(":")[0]));
  });

  it("checks the health of every service but the migration, which runs once", () => {
    const checked = Object.entries(services).filter(([, { healthcheck }]) => healthcheck?.test?.[0] === "CMD");
    expect(checked.map(([name]) => name).toSorted()).toEqual([...PROCESSES, ...Object.keys(SERVERS)].toSorted());
    expect(services["migrate"]?.healthcheck).toEqual({ disable: true });
  });

  it("publishes ports on loopback only, each once", () => {
    const published = Object.values(services).flatMap(({ ports = [] }) => ports);
    for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:\d+:8080$/);
    expect(new Set(published).size).toBe(published.length);
  });
});

describe("the image", () => {
  const dockerfile = readFileSync(new URL("deploy/Dockerfile", root), "utf8");

  it("has the major version of Node that the tests run on", () => {
    const packageJson = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as {
      readonly devDependencies: { readonly node: string };
    };
    const major = packageJson.devDependencies.node.split(".")[0];
    expect(dockerfile).toContain(`ARG NODE_IMAGE=node:${major}-bookworm-slim`);
  });

  it("runs the executable, not as root", () => {
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toContain('ENTRYPOINT ["node", "services/fairlead/main.ts"]');
  });
});
