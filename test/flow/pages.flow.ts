import { beforeAll, describe, expect, it } from "vitest";
import type { LeadView } from "../../services/desk/lead-view.ts";
import type { OpenFlow } from "../support/flow-open.ts";
import { leadAt, leadsAt, Tenant, type LeadJson } from "../support/flow-tenant.ts";
import { planOf, POOL_CHANNEL, repOf } from "../support/plan-builder.ts";

const SQUARE = [0, 40] as const;
const COUNT = 25;

type InPool = LeadView & { readonly distanceMeters: number | null };

/** Lists come in pages that together are the list. */
export function pagesFlow(open: OpenFlow): void {
  describe("lists", () => {
    let tenant: Tenant;
    beforeAll(async () => {
      tenant = new Tenant(await open(), "pages");
      await tenant.publish(
        planOf(
          { team: { square: SQUARE, reps: [repOf("ana")] } },
          { accounts: [{ companyKey: "acme", nodeId: "team" }] },
        ),
      );
      const lines = [...leadsAt(SQUARE, COUNT), ...pooled()].map((lead) => JSON.stringify(lead));
      await tenant.bulk(lines);
      await tenant.load("hq", (load) => load.owned === COUNT && load.public === COUNT);
    });

    it("pages through a private pool, longest owned first, each lead once", async () => {
      const pages = await tenant.pages<LeadView>("/v1/reps/ana/private-pool", 10);
      expect(pages.map(({ length }) => length)).toEqual([10, 10, 5]);
      expectOnce(pages.flat());
      expectAscending(pages.flat().map(({ since }) => Date.parse(since)));
    });

    it("pages through a pool, longest in it first, each lead once", async () => {
      const pages = await tenant.pages<InPool>("/v1/pools/team-pool/leads", 10);
      expect(pages.map(({ length }) => length)).toEqual([10, 10, 5]);
      expectOnce(pages.flat());
      expectAscending(pages.flat().map(({ since }) => Date.parse(since)));
    });

    it("pages through a pool by distance from a position, leads without a point last", async () => {
      const pages = await tenant.pages<InPool>("/v1/pools/team-pool/leads?near=40.1,0.1", 4);
      const leads = pages.flat();
      expectOnce(leads);
      expect(leads.slice(0, 3).map(({ externalId }) => externalId)).toEqual(["pool-1", "pool-2", "pool-3"]);
      const distances = leads.map(({ distanceMeters }) => distanceMeters ?? Number.POSITIVE_INFINITY);
      expectAscending(distances);
      expect(distances[0]).toBeCloseTo(0, 0);
      expect(leads.at(-1)).toMatchObject({ externalId: "nowhere", distanceMeters: null });
    });

    it("refuses a cursor of another list, and one that was made up", async () => {
      const { body: page } = await tenant.get<{ next: string }>("/v1/pools/team-pool/leads?limit=1");
      for (const after of [page.next, "made-up"]) {
        const { body } = await tenant.get(`/v1/reps/ana/private-pool?after=${encodeURIComponent(after)}`);
        expect(body).toMatchObject({ status: 400, code: "CURSOR_INVALID" });
      }
    });
  });
}

/** In a line away from the corner of the square, and one that has only a code, which no list may forget. */
function pooled(): readonly LeadJson[] {
  const source = { channel: POOL_CHANNEL };
  const inLine = Array.from({ length: COUNT - 1 }, (_, index) =>
    leadAt(SQUARE, `pool-${index + 1}`, {
      source,
      location: { latitude: 40.1 + index / 50, longitude: 0.1 + index / 50 },
    }),
  );
  return [...inLine, { externalId: "nowhere", source, company: { name: "Acme Inc." } }];
}

function expectOnce(leads: readonly LeadView[]): void {
  expect(new Set(leads.map(({ leadId }) => leadId)).size).toBe(COUNT);
  expect(leads).toHaveLength(COUNT);
}

function expectAscending(values: readonly number[]): void {
  expect(values).toEqual([...values].sort((a, b) => a - b));
}
