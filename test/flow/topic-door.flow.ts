import { beforeAll, describe, expect, it } from "vitest";
import type { CapturedLead } from "../../services/core/domain/lead/captured-lead.ts";
import { createCapturedLeadCodec } from "../../services/core/wire/captured-lead-codec.ts";
import type { Flow, OpenFlow } from "../support/flow-open.ts";
import { Tenant } from "../support/flow-tenant.ts";
import { until } from "../support/flow-until.ts";
import { planOf, repOf } from "../support/plan-builder.ts";

const TENANT = "topic-door";
const codec = createCapturedLeadCodec();

function captured(externalId: string, change: Partial<CapturedLead> = {}): CapturedLead {
  return {
    tenantId: TENANT,
    leadId: `door-${externalId}`,
    externalId,
    source: { channel: "crm", campaign: "", referrer: "" },
    contact: { name: "", phone: "", email: "" },
    company: { name: "", registrationNumber: "" },
    location: { latitudeDeg: 40.5, longitudeDeg: 0.5, datum: "", postalCode: "", adminCode: "", address: "" },
    product: "",
    language: "",
    attributes: {},
    intent: { status: null, timing: null },
    capturedAtMs: 0,
    ...change,
  };
}

/** Capture systems that write to the topic themselves: what is wrong is set aside, and what follows is decided. */
export function topicDoorFlow(open: OpenFlow): void {
  describe("bad records in the leads topic", () => {
    let flow: Flow;
    beforeAll(async () => {
      flow = await open();
      await new Tenant(flow, TENANT).publish(planOf({ team: { square: [0, 40], reps: [repOf("ana")] } }));
    });

    it("keeps each as it was with its code in the dead-letter topic, and decides the good record behind them", async () => {
      const good = captured("good");
      const { location } = good;
      const records = {
        truncated: codec.encode(captured("truncated")).slice(0, -5),
        noise: Uint8Array.from({ length: 100 }, (_, index) => (index * 7_919) % 256),
        notANumber: codec.encode(captured("nan", { location: { ...location, latitudeDeg: Number.NaN } })),
        tooLarge: codec.encode(captured("large", { product: "x".repeat(66_000) })),
        withoutTenant: codec.encode(captured("homeless", { tenantId: "" })),
        foreign: codec.encode(captured("foreign", { tenantId: "never-published" })),
      };
      const known = (await flow.deadLetters()).length;
      await flow.appendLeads([...Object.values(records), codec.encode(good)]);

      const tenant = new Tenant(flow, TENANT);
      expect(await tenant.lead("door-good")).toMatchObject({
        state: "owned",
        owner: { repId: "ana" },
        externalId: "good",
      });
      const letters = await until(
        async () => (await flow.deadLetters()).slice(known),
        ({ length }) => length >= Object.keys(records).length,
      );
      const codeOf = (bytes: Uint8Array) => letters.find((letter) => Buffer.compare(letter.bytes, bytes) === 0)?.code;
      expect(codeOf(records.truncated)).toBe("RECORD_UNDECODABLE");
      expect(codeOf(records.noise)).toBe("RECORD_UNDECODABLE");
      expect(codeOf(records.notANumber)).toBe("LEAD_INVALID");
      expect(codeOf(records.tooLarge)).toBe("LEAD_TOO_LARGE");
      expect(codeOf(records.withoutTenant)).toBe("LEAD_INVALID");
      expect(letters.find(({ code }) => code === "LEAD_INVALID")).toMatchObject({ at: "location.latitude" });
      const foreign = letters.find(({ code }) => code === "TENANT_UNKNOWN");
      expect(Buffer.from(foreign?.bytes ?? []).toString("latin1")).toContain("door-foreign");
      expect(new Set(letters.map(({ deadLetterId }) => deadLetterId)).size).toBe(letters.length);
    });
  });
}
