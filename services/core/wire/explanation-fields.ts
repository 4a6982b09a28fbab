import { VERDICTS } from "../domain/decision/explanation.ts";
import type { CandidateVerdict, Explanation, Verdict, VerdictCount } from "../domain/decision/explanation.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";
import { delimitedTag, varintTag } from "./protobuf-tag.ts";
import type { ProtobufWriter } from "./protobuf-writer.ts";
import { wireEnum } from "./wire-enum.ts";

/** Fields of `Explanation` (decision.proto): columns of varints, some six bytes a candidate. */
const STEP = varintTag(1);
const REP_COLUMN = delimitedTag(2);
const REP_ELEMENT = varintTag(2);
const VERDICT_COLUMN = delimitedTag(3);
const VERDICT_ELEMENT = varintTag(3);
const FIT_COLUMN = delimitedTag(4);
const FIT_ELEMENT = varintTag(4);
const GAP_COLUMN = delimitedTag(5);
const GAP_ELEMENT = varintTag(5);
const COUNTED_VERDICT_COLUMN = delimitedTag(6);
const COUNTED_VERDICT_ELEMENT = varintTag(6);
const COUNT_COLUMN = delimitedTag(7);
const COUNT_ELEMENT = varintTag(7);

export const VERDICT = wireEnum(VERDICTS);

interface Columns {
  step: number;
  readonly repIndexSteps: number[];
  readonly verdicts: Verdict[];
  readonly fits: number[];
  readonly gaps: number[];
  readonly countedVerdicts: Verdict[];
  readonly counts: number[];
}

export function readExplanation(reader: ProtobufReader): Explanation {
  const columns: Columns = {
    step: -1,
    repIndexSteps: [],
    verdicts: [],
    fits: [],
    gaps: [],
    countedVerdicts: [],
    counts: [],
  };
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) readField(reader, columns, tag);
  reader.leave(outer);
  const candidates = candidatesOf(columns);
  const counted = countedOf(columns);
  if (candidates === undefined || counted === undefined) reader.refuse("RECORD_UNDECODABLE", "explanation");
  return { step: columns.step, candidates: candidates ?? [], counted: counted ?? [] };
}

function readField(reader: ProtobufReader, columns: Columns, tag: number): void {
  switch (tag) {
    case STEP:
      columns.step = reader.uint32();
      break;
    case REP_COLUMN:
    // Parsers must take unpacked elements too.
    case REP_ELEMENT:
      return readColumn(reader, tag, () => columns.repIndexSteps.push(reader.sint32()));
    case VERDICT_COLUMN:
    case VERDICT_ELEMENT:
      return readColumn(reader, tag, () => columns.verdicts.push(VERDICT.read(reader, "explanation.verdicts")));
    case FIT_COLUMN:
    case FIT_ELEMENT:
      return readColumn(reader, tag, () => columns.fits.push(reader.uint32()));
    case GAP_COLUMN:
    case GAP_ELEMENT:
      return readColumn(reader, tag, () => columns.gaps.push(reader.int64()));
    case COUNTED_VERDICT_COLUMN:
    case COUNTED_VERDICT_ELEMENT:
      return readColumn(reader, tag, () =>
        columns.countedVerdicts.push(VERDICT.read(reader, "explanation.countedVerdicts")),
      );
    case COUNT_COLUMN:
    case COUNT_ELEMENT:
      return readColumn(reader, tag, () => columns.counts.push(reader.uint32()));
    default:
      reader.skip(tag);
  }
}

function readColumn(reader: ProtobufReader, tag: number, readElement: () => void): void {
  if (tag === varintTag(tag >>> 3)) return readElement();
  const outer = reader.enter();
  while (!reader.atEnd) readElement();
  reader.leave(outer);
}

/** Undefined if the columns are of different lengths, or name a rep that can't be. */
function candidatesOf({ repIndexSteps, verdicts, fits, gaps }: Columns): readonly CandidateVerdict[] | undefined {
  const { length } = repIndexSteps;
  if (verdicts.length !== length || fits.length !== length || gaps.length !== length) return undefined;
  let repIndex = 0;
  const candidates: CandidateVerdict[] = [];
  for (let place = 0; place < length; place += 1) {
    repIndex += repIndexSteps[place]!;
    if (repIndex < 0) return undefined;
    candidates.push({ repIndex, verdict: verdicts[place]!, fit: fits[place]!, gap: gaps[place]! });
  }
  return candidates;
}

function countedOf({ countedVerdicts, counts }: Columns): readonly VerdictCount[] | undefined {
  if (countedVerdicts.length !== counts.length) return undefined;
  return countedVerdicts.map((verdict, place) => ({ verdict, count: counts[place]! }));
}

export function writeExplanation(
  writer: ProtobufWriter,
  tag: number,
  { step, candidates, counted }: Explanation,
): void {
  const start = writer.open(tag);
  if (step >= 0) writer.uint32Always(STEP, step);
  if (candidates.length > 0) writeColumns(writer, candidates);
  if (counted.length > 0) writeCounted(writer, counted);
  writer.close(start);
}

function writeColumns(writer: ProtobufWriter, candidates: readonly CandidateVerdict[]): void {
  const reps = writer.open(REP_COLUMN);
  let before = 0;
  for (const { repIndex } of candidates) {
    writer.packedSint32(repIndex - before);
    before = repIndex;
  }
  writer.close(reps);
  const verdicts = writer.open(VERDICT_COLUMN);
  for (const { verdict } of candidates) writer.packedUint32(VERDICT.numberOf(verdict));
  writer.close(verdicts);
  const fits = writer.open(FIT_COLUMN);
  for (const { fit } of candidates) writer.packedUint32(fit);
  writer.close(fits);
  const gaps = writer.open(GAP_COLUMN);
  for (const { gap } of candidates) writer.packedInt64(gap);
  writer.close(gaps);
}

function writeCounted(writer: ProtobufWriter, counted: readonly VerdictCount[]): void {
  const verdicts = writer.open(COUNTED_VERDICT_COLUMN);
  for (const { verdict } of counted) writer.packedUint32(VERDICT.numberOf(verdict));
  writer.close(verdicts);
  const counts = writer.open(COUNT_COLUMN);
  for (const { count } of counted) writer.packedUint32(count);
  writer.close(counts);
}
