/** A growing list of 32-bit integers; `values` is longer than `length`. */
export interface IntList {
  values: Int32Array;
  length: number;
}

export function createIntList(capacity = 1024): IntList {
  return { values: new Int32Array(capacity), length: 0 };
}

export function pushInt(list: IntList, value: number): void {
  if (list.length === list.values.length) growTo(list, list.length + 1);
  list.values[list.length] = value;
  list.length += 1;
}

/** Appends `count` times the same value. */
export function pushRepeated(list: IntList, value: number, count: number): void {
  const end = list.length + count;
  if (end > list.values.length) growTo(list, end);
  list.values.fill(value, list.length, end);
  list.length = end;
}

function growTo(list: IntList, needed: number): void {
  const grown = new Int32Array(Math.max(needed, list.values.length * 2));
  grown.set(list.values);
  list.values = grown;
}
