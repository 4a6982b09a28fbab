/** One line that a router wrote about its recovery. */
interface RecoveryStep {
  readonly step: string;
  readonly time: string;
  readonly epoch: number;
  readonly leads?: number;
  readonly records?: number;
}

/** When each stage of the newest recovery in a router's output was done, ms after `fromMs`. */
export function stagesOf(output: string, fromMs: number) {
  const steps = output
    .split("\n")
    .filter((line) => line.includes('"Ledger recovery"'))
    .map((line) => JSON.parse(line) as RecoveryStep)
    .filter(({ time }) => Date.parse(time) >= fromMs);
  const find = (name: string): RecoveryStep => {
    const found = steps.find(({ step }) => step === name);
    if (found === undefined) throw new Error(`No recovery has ${name}: ${JSON.stringify(steps)}`);
    return found;
  };
  const afterMs = ({ time }: RecoveryStep): number => Date.parse(time) - fromMs;
  const folding = find("folding");
  return {
    noticedMs: afterMs(find("started")),
    checkpointLoadedMs: afterMs(folding),
    foldedMs: afterMs(find("folded")),
    activatedMs: afterMs(find("activated")),
    leadsFromCheckpoint: folding.leads ?? 0,
    recordsFolded: find("folded").records ?? 0,
    recoveries: steps.filter(({ step }) => step === "started").length,
  };
}
