import { describe, expect, it } from "vitest";
import { Fault } from "../core/domain/fault.ts";
import { loadConfig } from "./config.ts";

const KEY = Buffer.alloc(32, 7).toString("base64");

function faultOf(run: () => unknown): Fault {
  try {
    run();
  } catch (error) {
    if (error instanceof Fault) return error;
  }
  throw new Error("No fault was thrown");
}

describe("loadConfig", () => {
  it("runs embedded on loopback with nothing set, and leaves the demo to the data directory", () => {
    expect(loadConfig({})).toMatchObject({
      http: { host: "127.0.0.1", port: 8080 },
      dataDir: "./.fairlead",
      demo: "if_new",
      apiKeysFile: null,
      backing: { mode: "embedded" },
    });
  });

  it("names every bad setting in one fault, and quotes no value", () => {
    const env = { FAIRLEAD_MODE: "distributed", FAIRLEAD_HTTP_PORT: "eighty", FAIRLEAD_IDENTITY_KEY: "c2hvcnQ=" };
    const message = faultOf(() => loadConfig(env)).message;
    for (const name of ["HTTP_PORT", "KAFKA_BROKERS", "REDIS_URL", "POSTGRES_URL", "IDENTITY_KEY"]) {
      expect(message).toContain(`FAIRLEAD_${name}`);
    }
    expect(message).not.toContain("eighty");
    expect(message).not.toContain("c2hvcnQ=");
  });

  it("refuses to listen beyond loopback without API keys", () => {
    expect(() => loadConfig({ FAIRLEAD_HTTP_HOST: "0.0.0.0" })).toThrow(/FAIRLEAD_API_KEYS_FILE/);
    expect(loadConfig({ FAIRLEAD_HTTP_HOST: "0.0.0.0", FAIRLEAD_API_KEYS_FILE: "keys.json" }).http.host).toBe(
      "0.0.0.0",
    );
  });

  it("refuses a misspelt setting instead of ignoring it", () => {
    expect(() => loadConfig({ FAIRLEAD_PORT: "1" })).toThrow(/FAIRLEAD_PORT is not a setting/);
  });

  it("reads the servers of distributed mode", () => {
    const { backing, demo } = loadConfig({
      FAIRLEAD_MODE: "distributed",
      FAIRLEAD_KAFKA_BROKERS: "a:1,b:2",
      FAIRLEAD_REDIS_URL: "redis://r",
      FAIRLEAD_POSTGRES_URL: "postgres://p",
      FAIRLEAD_IDENTITY_KEY: KEY,
    });
    expect(demo).toBe(false);
    expect(backing).toMatchObject({
      kafkaBrokers: ["a:1", "b:2"],
      partitions: 8,
      replicationFactor: 1,
      contactKey: null,
    });
  });
});
