import { FAULTS, deliverOne, inject, rebalance, type FaultKind } from "./protocol/faults.ts";
import { checkLog } from "./protocol/read-log.ts";
import { applyReleases, releaseLeads } from "./protocol/release.ts";
import { startRouter } from "./protocol/route.ts";
import { ROUTERS, copyContent, createModel, type Guards, type Model } from "./protocol/state.ts";

export interface ModelRun {
  readonly violations: readonly string[];
  /** Every input was committed within the steps allowed (I15). */
  readonly isDrained: boolean;
  readonly steps: number;
  readonly epochs: number;
  readonly faults: ReadonlyMap<FaultKind, number>;
}

const MOST_STEPS = 30_000;
const MOST_FAULTS = 6;

/**
 * The commit protocol without any of its code: routers, an applier and a CRM over two partitions and a Redis, one small
 * step of one of them at a time, with up to six faults. The same seed gives the same run (design §5.6, appendix A).
 */
export function runProtocolModel(seed: number, guards: Guards): ModelRun {
  const model = createModel(seed, guards);
  const { random } = model;
  let lastRouterId = 0;
  const nextRouterId = (): number => (lastRouterId += 1);
  for (let i = 0; i < ROUTERS; i += 1) model.routers.push(startRouter(model, nextRouterId()));
  rebalance(model);
  const applier = applyReleases(model);
  const crm = releaseLeads(model);
  const faults = new Map<FaultKind, number>();

  let steps = 0;
  for (let faultsLeft = MOST_FAULTS; steps < MOST_STEPS; steps += 1) {
    const dice = random.next();
    if (dice < 0.03 && faultsLeft > 0) {
      faultsLeft -= 1;
      const fault = random.pick(FAULTS);
      faults.set(fault, (faults.get(fault) ?? 0) + 1);
      inject(model, fault, nextRouterId);
    } else if (dice < 0.06) model.replica = copyContent(model.primary);
    else if (dice < 0.28 && model.inFlight.length > 0) deliverOne(model);
    else if (dice < 0.36) applier.next();
    else if (dice < 0.42) crm.next();
    else random.pick(model.routers).work.next();
    if (faultsLeft === 0 && isDone(model) && model.inFlight.length === 0) break;
  }
  while (model.inFlight.length > 0) deliverOne(model);
  const isDrained = isDone(model);
  checkLog(model, isDrained);
  return { violations: model.violations, isDrained, steps, epochs: model.controlEnd, faults };
}

function isDone({ committed, input }: Model): boolean {
  return committed.every((offset, partition) => offset === input[partition]!.length);
}
