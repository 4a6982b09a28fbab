/** A field's number and wire type as they stand before its value. */
const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;

export const varintTag = (field: number): number => (field << 3) | VARINT;
export const doubleTag = (field: number): number => (field << 3) | FIXED64;
/** Text, bytes, messages, packed columns. */
export const delimitedTag = (field: number): number => (field << 3) | DELIMITED;
