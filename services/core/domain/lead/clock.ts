/** Milliseconds since the epoch. Injected, so that no rule and no test depends on the wall clock. */
export type Clock = () => number;
