const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;

/** The hash of Kafka's default partitioner (`Utils.murmur2` in Java), as a signed 32-bit integer. */
export function murmur2(data: Uint8Array): number {
  const { length } = data;
  const byte = (index: number): number => data[index] as number;
  let hash = SEED ^ length;
  const blocks = length & ~3;
  for (let at = 0; at < blocks; at += 4) {
    let block = byte(at) | (byte(at + 1) << 8) | (byte(at + 2) << 16) | (byte(at + 3) << 24);
    block = Math.imul(block, MULTIPLIER);
    block ^= block >>> 24;
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(block, MULTIPLIER);
  }
  const left = length & 3;
  if (left === 3) hash ^= byte(blocks + 2) << 16;
  if (left >= 2) hash ^= byte(blocks + 1) << 8;
  if (left >= 1) hash = Math.imul(hash ^ byte(blocks), MULTIPLIER);
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}

/** The partition any Kafka client would give `key`; `partitionCount` is at least 1. */
export function partitionOf(key: Uint8Array, partitionCount: number): number {
  return (murmur2(key) & 0x7fff_ffff) % partitionCount;
}
