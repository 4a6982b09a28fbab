import { pooledText } from "./pooled-copy.ts";

/** Record keys are the lead id in UTF-8, for compaction and tools; partitions are chosen by `partitionKey`. */
export const recordKey = (leadId: string): Uint8Array => pooledText(leadId);
