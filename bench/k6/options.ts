import { parseArgs } from "node:util";

export const SCENARIOS = ["single", "bulk", "routing", "desk-reads", "claims", "stream", "overload"] as const;
export type Scenario = (typeof SCENARIOS)[number];

export interface Options {
  readonly scenarios: readonly Scenario[];
  /** Of each scenario. */
  readonly seconds: number;
  readonly mode: "embedded" | "distributed" | "given";
  /** Of a running Fairlead; its plan is used as it is. */
  readonly urls: { readonly capture: string; readonly desk: string; readonly metrics: readonly string[] };
  readonly headers: Readonly<Record<string, string>>;
  /** Single posts a second for `overload` where `single` is not run before it. */
  readonly maximum: number;
  /** Folder of results; empty for none. */
  readonly out: string;
}

const USAGE = `npm run bench:k6 -- [options]   (defaults in brackets)
  --distributed                starts Kafka, Redis, PostgreSQL and a process of each service (one embedded process)
  --url=http://host:port       measures a running Fairlead instead; also --desk-url, --metrics-urls=a,b, --header="name: value"
  --scenarios=${SCENARIOS.join(",")}
                               (all; at a given URL all but stream and overload, which need a stack of their own)
  --seconds=20                 of each scenario
  --maximum=1000               single posts a second that overload triples, if single is not run before it
  --out=bench/results          folder of k6-<mode>.json and .svg (empty: none)`;

export function readOptions(args: readonly string[]): Options {
  const text = (value: string) => ({ type: "string", default: value }) as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: "boolean", default: false },
      distributed: { type: "boolean", default: false },
      url: text(""),
      "desk-url": text(""),
      "metrics-urls": text(""),
      header: { type: "string", multiple: true, default: [] },
      scenarios: text(""),
      seconds: text("20"),
      maximum: text("1000"),
      out: text(new URL("../results", import.meta.url).pathname),
    },
  });
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  const { url } = values;
  const isGiven = url !== "";
  const owned: readonly Scenario[] = SCENARIOS.filter((name) => !isGiven || (name !== "stream" && name !== "overload"));
  return {
    scenarios: values.scenarios === "" ? owned : values.scenarios.split(",").map((name) => asScenario(name, owned)),
    seconds: Number(values.seconds),
    mode: isGiven ? "given" : values.distributed ? "distributed" : "embedded",
    urls: {
      capture: url,
      desk: values["desk-url"] || url,
      metrics: values["metrics-urls"] === "" ? [url] : values["metrics-urls"].split(","),
    },
    headers: Object.fromEntries(values.header.map(parseHeader)),
    maximum: Number(values.maximum),
    out: values.out,
  };
}

function asScenario(name: string, owned: readonly Scenario[]): Scenario {
  const scenario = owned.find((known) => known === name);
  if (scenario === undefined) throw new Error(`There is no scenario ${name} here.\n${USAGE}`);
  return scenario;
}

function parseHeader(header: string): [string, string] {
  const colon = header.indexOf(":");
  if (colon < 1) throw new Error(`--header is "name: value".\n${USAGE}`);
  return [header.slice(0, colon).trim(), header.slice(colon + 1).trim()];
}
