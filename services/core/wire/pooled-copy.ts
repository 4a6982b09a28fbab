/**
 * A copy of `[start, end)`, small ones in Node's shared pool: memory of its own costs a short array more than reading
 * or writing the whole record does.
 */
export function pooledCopy(bytes: Buffer, start: number, end: number): Uint8Array {
  const copy = Buffer.allocUnsafe(end - start);
  bytes.copy(copy, 0, start, end);
  // Not a Buffer, whose `slice` means another thing.
  return new Uint8Array(copy.buffer, copy.byteOffset, copy.length);
}

/** A text as UTF-8, in the same pool: a TextEncoder takes almost three times as long for a short one. */
export function pooledText(text: string): Uint8Array {
  const bytes = Buffer.from(text);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
