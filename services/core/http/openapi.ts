import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";

export interface OpenApiInfo {
  readonly title: string;
  readonly version: string;
  readonly description: string;
}

/**
 * Serves the OpenAPI 3.1 document, generated from the routes' own schemas. A route that is not documented, or does not
 * say who may call it, stops the app from starting.
 */
export async function documentRoutes(app: FastifyInstance, info: OpenApiInfo): Promise<void> {
  app.addHook("onRoute", ({ method, url, schema, config }) => {
    const isDocumented = schema?.summary !== undefined && "operationId" in schema && schema.response !== undefined;
    if (!isDocumented) throw new Error(`Route ${String(method)} ${url} has no summary, operationId or response`);
    if (config?.access === undefined) throw new Error(`Route ${String(method)} ${url} does not say who may call it`);
  });
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { ...info, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
      components: { securitySchemes: { apiKey: { type: "http", scheme: "bearer", bearerFormat: "fl_…" } } },
      security: [{ apiKey: [] }],
      tags: [
        { name: "capture", description: "Leads in" },
        { name: "commands", description: "Claim, release, transfer, follow up, convert, close, reopen" },
        { name: "reads", description: "What became of leads, and why" },
        { name: "operations", description: "For those who run Fairlead" },
      ],
    },
  });
  app.get(
    "/v1/openapi.json",
    {
      config: { access: "public" },
      schema: {
        summary: "This document",
        operationId: "openapi",
        tags: ["operations"],
        security: [],
        response: { 200: { description: "OpenAPI 3.1", type: "object", additionalProperties: true } },
      },
    },
    async () => app.swagger(),
  );
}
