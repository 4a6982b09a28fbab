import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { Readable } from "node:stream";
import { Fault } from "../core/domain/fault.ts";
import type { HttpApp } from "../core/http/app.ts";
import { principalOf } from "../core/http/auth.ts";
import { problemOfFault, sendProblem } from "../core/http/problem.ts";
import { PROBLEMS } from "../core/http/problem-schema.ts";
import type { Admission } from "./admission/admission.ts";
import type { CaptureLead, CaptureOutcome, LeadProblem } from "./capture-lead.ts";
import { describeProblem } from "./describe-problem.ts";
import { readCsv, readNdjson } from "./bulk/read-bulk.ts";
import { startBulk, type BulkLimits, type BulkStart } from "./bulk/start-bulk.ts";
import { AcceptedSchema, LeadJsonSchema, OutcomeLineSchema } from "./lead-schema.ts";

export interface CaptureRoutesDeps {
  readonly captureLead: CaptureLead;
  readonly admission: Admission;
  readonly onCaptured?: (status: CaptureOutcome["status"]) => void;
  readonly bulk?: Partial<BulkLimits>;
}

const BULK_LIMITS: BulkLimits = { maxLeads: 100_000, maxBytes: 64 * 1024 * 1024, maxUploads: 4 };
/** A body that does not tell its size may be as large as one may be. */
const UNKNOWN_BYTES = 64 * 1024;
const NDJSON = "application/x-ndjson";
const CSV = "text/csv";

const schema = {
  summary: "Captures one lead, or many",
  description:
    "JSON is one lead. `application/x-ndjson` (a lead a line) and `text/csv` (headers are dotted paths, as " +
    "`contact.phone`) are many: the answer has one outcome a line, in order, and a bad line stops no good one. " +
    "A lead is accepted once it is durable. The same `externalId` and source channel always give the same `leadId`. " +
    "503 `OVERLOADED` and 429 `BACKLOGGED` name a time in `Retry-After`; an upload is slowed down before it is refused.",
  operationId: "captureLeads",
  tags: ["capture"],
  body: {
    content: {
      "application/json": { schema: LeadJsonSchema },
      [NDJSON]: { schema: Type.String({ description: "One lead in its JSON form on every line." }) },
      [CSV]: { schema: Type.String({ description: "RFC 4180 with a header row." }) },
    },
  },
  response: {
    202: {
      description: "Durable",
      content: { "application/json": { schema: AcceptedSchema }, [NDJSON]: { schema: OutcomeLineSchema } },
    },
    ...PROBLEMS,
  },
};

/** `POST /v1/leads`. */
export async function captureRoutes(app: HttpApp, deps: CaptureRoutesDeps): Promise<void> {
  const { admission, onCaptured } = deps;
  const limits = { ...BULK_LIMITS, ...deps.bulk };
  let uploads = 0;

  async function captureLead(tenantId: string, json: unknown): Promise<CaptureOutcome> {
    const outcome = await deps.captureLead(tenantId, json);
    onCaptured?.(outcome.status);
    return outcome;
  }

  // Left as streams: a bulk is read line by line.
  app.addContentTypeParser([NDJSON, CSV], (_request, payload, done) => done(null, payload));

  app.post(
    "/v1/leads",
    {
      schema,
      // The codec checks leads, with better words than a schema has.
      validatorCompiler: () => (value: unknown) => ({ value }),
      config: { access: ["admin", "manager", "capture", "service"], streamsBody: true },
      // Before the body is read, so that a refusal costs next to nothing.
      onRequest: async ({ headers }, reply) => {
        if (isUpload(headers)) return;
        const leave = admission.enter(Number(headers["content-length"] ?? UNKNOWN_BYTES));
        reply.raw.once("close", leave);
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request);
      const { body } = request as { readonly body: unknown };
      if (isUpload(request.headers)) {
        await bulk(mediaType(request.headers) === CSV ? readCsv : readNdjson, { tenantId, request, reply });
        return reply;
      }
      const outcome = await captureLead(tenantId, body);
      switch (outcome.status) {
        case "accepted":
          return reply.code(202).send({ leadId: outcome.leadId, externalId: outcome.externalId });
        case "rejected":
          return sendProblem(reply, problemOfLead(outcome.problems));
        case "failed":
          throw outcome.fault;
      }
    },
  );

  async function bulk(read: BulkStart["read"], { tenantId, request, reply }: BulkRequest): Promise<void> {
    if (uploads >= limits.maxUploads) throw admission.refuse("uploads");
    if (Number(request.headers["content-length"] ?? 0) > limits.maxBytes) {
      throw new Fault("BODY_TOO_LARGE", `An upload is at most ${limits.maxBytes} bytes`);
    }
    uploads += 1;
    // A slow log must not look like a dead connection; the upload has its own deadline. (An injected one has no socket.)
    request.raw.socket.setTimeout?.(0);
    const onEnd = (error: Error | null): void => {
      uploads -= 1;
      if (error !== null) request.log.warn({ err: error }, "bulk upload ended early");
    };
    const room = (): Promise<Fault | null> => admission.roomForUpload();
    const answer = await startBulk(request.body as Readable, { tenantId, captureLead, room, limits, read, onEnd });
    void reply.code(202).header("content-type", NDJSON).send(answer);
  }
}

interface BulkRequest {
  readonly tenantId: string;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

function mediaType(headers: FastifyRequest["headers"]): string | undefined {
  return headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase();
}

function isUpload(headers: FastifyRequest["headers"]): boolean {
  const type = mediaType(headers);
  return type === NDJSON || type === CSV;
}

function problemOfLead(problems: readonly LeadProblem[]) {
  const errors = problems.map(({ pointer, code, detail = describeProblem(code) }) => ({ pointer, code, detail }));
  const [first] = errors;
  // A lead alone in its body that is too large is told as in a bulk.
  const code = first?.code === "too_large" ? "LEAD_TOO_LARGE" : "LEAD_INVALID";
  const detail = first === undefined ? "The lead is not valid" : `${first.pointer} ${first.detail}`.trimStart();
  return { ...problemOfFault(new Fault(code, detail, { at: first?.pointer ?? "" })), errors };
}
