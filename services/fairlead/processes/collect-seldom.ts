import { setFlagsFromString } from "node:v8";

/** Of V8. */
export const COLLECT_SELDOM: readonly string[] = [
  "--no-allocation-site-pretenuring",
  "--external-memory-accounted-in-global-limit",
  "--heap-growing-percent=300",
];

/**
 * Has V8 leave to its young collections what processes allocate through which leads only pass, and look through everything seldom.
 *
 * Where most objects of a kind have outlived a few collections, as they do while a backlog is worked off, V8 allocates that kind
 * among the old from then on. There they stay until the next collection of everything, and with them all young objects that they
 * refer to: every young collection then copies whole batches that nobody needs, twice.
 *
 * And it begins a collection of everything whenever buffers have grown by 64 MiB since the last one, which a flood of fetches does
 * in a second or two. Each one has the collector's threads hold all processors for some 100 ms and leads wait for them. Buffers count as
 * the heap does now, and both together may grow to four times what was alive: memory for time, within V8's own limit.
 */
export function collectSeldom(): void {
  for (const flag of COLLECT_SELDOM) setFlagsFromString(flag);
}
