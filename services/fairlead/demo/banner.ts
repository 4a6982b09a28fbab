/** Real ids to look at; taken from the plan and from the first leads. */
export interface BannerSubjects {
  readonly baseUrl: string;
  readonly leadId: string;
  readonly repId: string;
  readonly poolId: string;
  /** Latitude and longitude, as a query has them. */
  readonly near: string;
  readonly nodeId: string;
}

/** Shown once at the start of the demo: one command for each thing worth a look, ready to paste. */
export function demoBanner({ baseUrl, leadId, repId, poolId, near, nodeId }: BannerSubjects): string {
  const url = baseUrl.replace(/\/+$/u, "");
  const commands = [
    ["a lead", `curl -s ${url}/v1/leads/${leadId}`],
    ["why this rep, why not the others", `curl -s ${url}/v1/leads/${leadId}/explanation`],
    ["everything that happened to it", `curl -s ${url}/v1/leads/${leadId}/history`],
    ["a rep's private pool", `curl -s ${url}/v1/reps/${repId}/private-pool`],
    ["leads to claim near a place", `curl -s '${url}/v1/pools/${poolId}/leads?near=${near}'`],
    ["load of a part of the organisation", `curl -s ${url}/v1/org/${nodeId}/load`],
    ["decisions as they happen", `curl -sN ${url}/v1/stream`],
    ["metrics", `curl -s ${url}/metrics`],
    ["all routes", `curl -s ${url}/v1/openapi.json`],
  ] as const;
  const width = Math.max(...commands.map(([what]) => what.length));
  const lines = commands.map(([what, command]) => `  ${what.padEnd(width)}  ${command}`);
  return ["Fairlead demo: US counties, GeoNames places, simulated reps. Stop with Ctrl-C.", "", ...lines, ""].join(
    "\n",
  );
}
