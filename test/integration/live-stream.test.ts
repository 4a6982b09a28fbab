import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Rep } from "../../services/core/domain/rep/rep.ts";
import { isNightly } from "../chaos/fault-matrix.ts";
import { createRandom } from "../model/random.ts";
import { tallyFaults } from "../support/fault-tally.ts";
import { until } from "../support/flow-until.ts";
import { distributedInstallation } from "../support/installation.ts";
import { planOf, POOL_CHANNEL, repOf, type PlanBody } from "../support/plan-builder.ts";
import { CrowdClient } from "../support/stream-crowd.ts";
import { keyOf } from "../support/stream-oracle.ts";
import { keyFor, StreamWorld, tokenOf, type Place } from "../support/stream-world.ts";

/** Row F23 of the fault matrix: twenty faults here, two hundred at night. */
const SLOW_READERS = isNightly ? 50 : 5;
/** Each with one storm, two keys that are revoked, and two reps who change teams. */
const ROUNDS = isNightly ? 30 : 3;
const STREAMS_A_KEY = 10;
const TEAMS = Array.from({ length: 10 }, (_, index) => `team-${index}`);
const ROOMY = { privatePool: 1_000_000 };
const REPS = TEAMS.flatMap((team) => Array.from({ length: 10 }, (_, index) => repOf(`${team}-rep-${index}`, ROOMY)));
/** Of a desk with a thousand streams, whatever befalls them. */
const MEMORY_BYTES = 512 * 1024 * 1024;
const FAULT_MS = 240_000;
const FOLLOW_UPS = 30;

const random = createRandom(Number(process.env["FAIRLEAD_SEED"] ?? 1));

/** In turn in each team's square; every fifth goes to the team's pool. */
function place(nth: number): Place {
  const channel = nth % 5 === 0 ? POOL_CHANNEL : "web_form";
  return { channel, latitudeDeg: 40.5, longitudeDeg: 2 * (nth % TEAMS.length) + 0.5 };
}

function planWith(homes: ReadonlyMap<string, string>): PlanBody {
  const inTeam = (team: string): Rep[] => REPS.filter(({ repId }) => homes.get(repId) === team);
  return planOf(
    Object.fromEntries(TEAMS.map((team, index) => [team, { square: [2 * index, 40], reps: inTeam(team) }])),
  );
}

describe("live streams of real processes", () => {
  let world: StreamWorld;
  let finish = (): void => undefined;
  let running: Promise<void>;
  const homes = new Map(REPS.map(({ repId }) => [repId, repId.slice(0, repId.indexOf("-rep"))]));
  const watchers = Array.from({ length: Math.ceil(SLOW_READERS / STREAMS_A_KEY) }, (_, index) => `watcher-${index}`);
  const keys = [
    ...watchers.map((principalId) => keyFor(principalId, { role: "admin" })),
    ...REPS.map(({ repId }) => keyFor(repId, { role: "rep", repId })),
  ];
  const crowd = REPS.flatMap(({ repId }) =>
    Array.from({ length: STREAMS_A_KEY }, () => ({ repId, client: new CrowdClient(tokenOf(repId), keyOf) })),
  );

  beforeAll(async () => {
    const installation = await distributedInstallation();
    const ready = Promise.withResolvers<void>();
    running = installation.with(async (backing) => {
      world = new StreamWorld("watched", { backing, env: installation.env });
      try {
        await world.start(planWith(homes), keys);
        ready.resolve();
        await new Promise<void>((resolve) => (finish = resolve));
      } finally {
        await world.close();
      }
    });
    await Promise.race([ready.promise, running]);
  });
  afterAll(async () => {
    finish();
    await running;
    await expect(running).resolves.toBeUndefined();
  });

  /** All at once. Who finds too many there still, of those who left a moment ago, asks again. */
  async function connect(clients: typeof crowd): Promise<void> {
    for (let away = clients; away.length > 0; away = clients.filter(({ client }) => !client.isOpen)) {
      await Promise.all(away.map(({ client }) => client.connect(world.deskUrl)));
      expect(away.map(({ client }) => client.status).filter((status) => status !== 200 && status !== 503)).toEqual([]);
    }
  }

  /** Everyone is there and has heard all that he had to, once and in order: exactly, not roughly. */
  async function expectAllHeard(): Promise<void> {
    await world.settle();
    await world.oracle.read(planWith(homes));
    for (const { repId, client } of crowd) {
      const expected = world.oracle.expected(repId, client);
      const count = expected.reduce((sum, { length }) => sum + length, 0);
      await until(
        () => Promise.resolve(client.heard.length),
        (heard) => heard >= count,
        { what: `events of ${repId}` },
      );
      expect(world.oracle.heard(client)).toEqual(expected);
      expect(client.isOpen).toBe(true);
    }
    expect(await world.deskMetric("process_resident_memory_bytes")).toBeLessThan(MEMORY_BYTES);
  }

  it("ends those of readers who take nothing, and keeps what they missed for them", { timeout: FAULT_MS }, async () => {
    const slow = Array.from({ length: SLOW_READERS }, (_, index) => {
      return new CrowdClient(tokenOf(watchers[Math.floor(index / STREAMS_A_KEY)]!), keyOf);
    });
    await Promise.all(slow.map((client) => client.connect(world.deskUrl)));
    for (const client of slow) client.stall();
    const ended = (): Promise<number> => world.deskMetric('fairlead_streams_ended_total{reason="slow"}');
    while ((await ended()) < SLOW_READERS) {
      await world.send(1_000, 4_000, place);
      await world.settle();
    }
    expect(await world.deskMetric("process_resident_memory_bytes")).toBeLessThan(MEMORY_BYTES);
    await Promise.all(slow.map((client) => client.drain()));
    await Promise.all(slow.map((client) => client.connect(world.deskUrl)));
    await world.settle();
    await world.oracle.read(planWith(homes));
    for (const client of slow) {
      const expected = world.oracle.expected(null, client);
      const count = expected.reduce((sum, { length }) => sum + length, 0);
      await until(
        () => Promise.resolve(client.heard.length),
        (heard) => heard >= count,
        { what: "what was missed" },
      );
      expect(world.oracle.heard(client)).toEqual(expected);
      client.cut();
    }
    tallyFaults({ row: "F23", level: "R", count: SLOW_READERS });
  });

  it(
    "are resumed by a thousand at once, revoked with their keys, and follow who moves",
    { timeout: ROUNDS * FAULT_MS },
    async () => {
      await connect(crowd);
      for (let round = 0; round < ROUNDS; round += 1) {
        await storm(round);
        await expectAllHeard();
        await revoke();
        await expectAllHeard();
        await move();
        await expectAllHeard();
        tallyFaults({ row: "F23", level: "R", count: 1 + 2 + 2 });
      }
      expect(crowd.filter(({ client }) => client.heard.length === 0)).toEqual([]);
      for (const { client } of crowd) client.cut();
    },
  );

  /** All connections are cut, every other time with the desk itself, and all come back at once. */
  async function storm(round: number): Promise<void> {
    const load = world.send(200, 200, place);
    await delay(random.below(500));
    for (const { client } of crowd) client.cut();
    if (round % 2 === 1) await world.killDesk();
    else await delay(random.below(300));
    const [, { status }] = await Promise.all([connect(crowd), world.ask(watchers[0]!, "/v1/org/team-0/load")]);
    // People at their desks are served meanwhile.
    expect(status).toBe(200);
    await load;
  }

  /** Two keys are taken out of the file: their streams end and stay away until the keys are back. */
  async function revoke(): Promise<void> {
    const followingUp = followUp(FOLLOW_UPS, world.sent);
    const load = world.send(200, 200, place);
    const first = random.below(REPS.length - 1);
    const revoked = REPS.slice(first, first + 2).map(({ repId }) => repId);
    const theirs = crowd.filter(({ repId }) => revoked.includes(repId));
    await world.useKeys(keys.filter((key) => !revoked.includes((key as { principalId: string }).principalId)));
    const open = (): Promise<number> => Promise.resolve(crowd.filter(({ client }) => client.isOpen).length);
    await until(open, (count) => count === crowd.length - theirs.length, { what: "streams of revoked keys to end" });
    await Promise.all(theirs.map(({ client }) => client.connect(world.deskUrl)));
    expect(new Set(theirs.map(({ client }) => client.status))).toEqual(new Set([401]));
    await world.useKeys(keys);
    const knows = async (): Promise<number> => (await world.ask(revoked[0]!, "/v1/org/team-0/load")).status;
    await until(knows, (status) => status !== 401, { what: "the key to be known again" });
    await connect(theirs);
    await Promise.all([load, followingUp]);
  }

  /** So that leads have more than one event. Those of a pool, every fifth, are nobody's. */
  async function followUp(count: number, leads: number): Promise<void> {
    for (let done = 0; done < count; done += 1) {
      const leadId = `lead-${5 * random.below(Math.floor(leads / 5)) + 2}`;
      const request = { method: "POST", body: JSON.stringify({ kind: "call" }) };
      expect((await world.ask(watchers[0]!, `/v1/leads/${leadId}/follow-ups`, request)).status).toBe(200);
    }
  }

  /** Two reps change places: from that plan on each hears his new team, and no more of the old one. */
  async function move(): Promise<void> {
    const [one, other] = [random.pick(REPS).repId, random.pick(REPS).repId];
    const [homeOfOne, homeOfOther] = [homes.get(one)!, homes.get(other)!];
    if (homeOfOne === homeOfOther) return move();
    homes.set(one, homeOfOther).set(other, homeOfOne);
    await world.publish(planWith(homes));
    const sees = async (team: string): Promise<number> => (await world.ask(one, `/v1/org/${team}/load`)).status;
    await until(
      () => sees(homeOfOther),
      (status) => status === 200,
      { what: "the plan to be in force" },
    );
    expect(await sees(homeOfOne)).toBe(404);
    await world.send(200, 400, place);
  }
});
