export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** The last line of every run, alone on its line, for machines to read. Nothing passed means that nothing was shown. */
export function report({ passed, failed }: Tally): void {
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}
