/** One look at the counters of all processes of an installation. */
export interface Sample {
  /** Since the first sample. */
  readonly seconds: number;
  readonly accepted: number;
  readonly decided: number;
  readonly refused: number;
  readonly residentMib: number;
}

export interface Sampling {
  stop(): Promise<readonly Sample[]>;
}

const EVERY_MS = 500;

/** Looks twice a second, for the plot. k6 looks for itself: what fails a run is its thresholds. */
export function startSampling(urls: readonly string[]): Sampling {
  const startMs = performance.now();
  const samples: Sample[] = [];
  const looking = new Set<Promise<void>>();
  const look = async (): Promise<void> => {
    const seconds = (performance.now() - startMs) / 1_000;
    const texts = await Promise.all(urls.map(async (url) => (await fetch(`${url}/metrics`)).text()));
    const sum = (name: RegExp): number =>
      texts.flatMap((text) => [...text.matchAll(name)]).reduce((total, [, value]) => total + Number(value), 0);
    samples.push({
      seconds: Number(seconds.toFixed(1)),
      accepted: sum(/^fairlead_leads_captured_total\{status="accepted"\} (\S+)$/gmu),
      decided: sum(/^fairlead_lead_decision_seconds_count (\S+)$/gmu),
      refused: sum(/^fairlead_capture_refused_total\{reason="\w+"\} (\S+)$/gmu),
      residentMib: Math.round(sum(/^process_resident_memory_bytes (\S+)$/gmu) / 2 ** 20),
    });
  };
  const timer = setInterval(() => {
    const looked = look()
      .catch(() => undefined)
      .finally(() => looking.delete(looked));
    looking.add(looked);
  }, EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(looking);
      return samples.sort((a, b) => a.seconds - b.seconds);
    },
  };
}
