import { VERDICTS } from "../domain/decision/explanation.ts";
import type { CandidateVerdict, Explanation, Verdict } from "../domain/decision/explanation.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";
import { delimitedTag, doubleTag, varintTag } from "./protobuf-tag.ts";
import type { ProtobufWriter } from "./protobuf-writer.ts";
import { wireEnum } from "./wire-enum.ts";

/** Fields of `Explanation` (decision.proto): columns, which cost a candidate 10 bytes and its rep id. */
const STEP = varintTag(1);
const REP_IDS = delimitedTag(2);
const VERDICT_COLUMN = delimitedTag(3);
const VERDICT_ELEMENT = varintTag(3);
const FIT_COLUMN = delimitedTag(4);
const FIT_ELEMENT = varintTag(4);
const GAP_COLUMN = delimitedTag(5);
const GAP_ELEMENT = doubleTag(5);

export const VERDICT = wireEnum(VERDICTS);

interface Columns {
  step: number;
  readonly repIds: string[];
  readonly verdicts: Verdict[];
  readonly fits: number[];
  readonly gaps: number[];
}

export function readExplanation(reader: ProtobufReader): Explanation {
  const columns: Columns = { step: -1, repIds: [], verdicts: [], fits: [], gaps: [] };
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) readField(reader, columns, tag);
  reader.leave(outer);
  const { length } = columns.repIds;
  if (columns.verdicts.length !== length || columns.fits.length !== length || columns.gaps.length !== length) {
    reader.refuse("RECORD_UNDECODABLE", "explanation");
  }
  return { step: columns.step, candidates: reader.refusal === undefined ? candidatesOf(columns) : [] };
}

function readField(reader: ProtobufReader, columns: Columns, tag: number): void {
  switch (tag) {
    case STEP:
      columns.step = reader.uint32();
      break;
    case REP_IDS:
      columns.repIds.push(reader.string());
      break;
    case VERDICT_COLUMN:
      return readVerdicts(reader, columns.verdicts);
    case FIT_COLUMN:
      return readFits(reader, columns.fits);
    case GAP_COLUMN:
      return readGaps(reader, columns.gaps);
    // Parsers must take unpacked elements too.
    case VERDICT_ELEMENT:
      columns.verdicts.push(VERDICT.read(reader, "explanation.verdicts"));
      break;
    case FIT_ELEMENT:
      columns.fits.push(reader.uint32());
      break;
    case GAP_ELEMENT:
      columns.gaps.push(reader.double());
      break;
    default:
      reader.skip(tag);
  }
}

function readVerdicts(reader: ProtobufReader, column: Verdict[]): void {
  const outer = reader.enter();
  while (!reader.atEnd) column.push(VERDICT.read(reader, "explanation.verdicts"));
  reader.leave(outer);
}

function readFits(reader: ProtobufReader, column: number[]): void {
  const outer = reader.enter();
  while (!reader.atEnd) column.push(reader.uint32());
  reader.leave(outer);
}

function readGaps(reader: ProtobufReader, column: number[]): void {
  const outer = reader.enter();
  while (!reader.atEnd) column.push(reader.double());
  reader.leave(outer);
}

function candidatesOf({ repIds, verdicts, fits, gaps }: Columns): readonly CandidateVerdict[] {
  return repIds.map((repId, index) => ({
    repId,
    verdict: verdicts[index] as Verdict,
    fit: fits[index] as number,
    gap: gaps[index] as number,
  }));
}

export function writeExplanation(writer: ProtobufWriter, tag: number, { step, candidates }: Explanation): void {
  const start = writer.open(tag);
  if (step >= 0) writer.uint32Always(STEP, step);
  for (const { repId } of candidates) writer.textAlways(REP_IDS, repId);
  if (candidates.length > 0) writeColumns(writer, candidates);
  writer.close(start);
}

function writeColumns(writer: ProtobufWriter, candidates: readonly CandidateVerdict[]): void {
  const verdicts = writer.open(VERDICT_COLUMN);
  for (const { verdict } of candidates) writer.packedUint32(VERDICT.numberOf(verdict));
  writer.close(verdicts);
  const fits = writer.open(FIT_COLUMN);
  for (const { fit } of candidates) writer.packedUint32(fit);
  writer.close(fits);
  const gaps = writer.open(GAP_COLUMN);
  for (const { gap } of candidates) writer.packedDouble(gap);
  writer.close(gaps);
}
