import { pooledText } from "./pooled-copy.ts";

/**
 * What the decision log is partitioned by: all records about a lead share a partition, whatever partition its leads
 * record came in.
 */
export function partitionKey(tenantId: string, leadId: string): Uint8Array {
  return pooledText(`${tenantId}/${leadId}`);
}
