import { DECISION_VIAS } from "../domain/decision/log-record.ts";
import { LedgerImage } from "../domain/ledger/ledger-image.ts";
import type { LedgerRow } from "../domain/ledger/ledger-row.ts";
import {
  KIND,
  NEW_NAME,
  SUBJECT,
  OBJECT,
  CHANNEL,
  CYCLE,
  STATUS,
  AT_MS,
  LOAD_MILLI,
  CREDIT,
  PLAN_VERSION,
  TURN,
  VIA,
  FLOOR,
  HELD,
  IDENTITY_KEY,
  KINDS,
  STATUSES,
} from "./checkpoint-row-fields.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";

const newDraft = () => ({
  kind: 0,
  subject: "",
  object: "",
  channel: "",
  cycle: 0,
  status: 0,
  atMs: 0,
  loadMilli: 0,
  credit: 0,
  turn: 0,
  floor: 0,
  held: 0,
  identityKey: "",
  via: 0,
  planVersion: 0,
});
type Draft = ReturnType<typeof newDraft>;

/** Loads rows into the ledgers of their tenants. What makes no sense sticks to the reader as its refusal. */
export class CheckpointRowReader {
  count = 0;
  readonly #tenants: Map<string, LedgerImage>;
  readonly #names: string[] = [""];
  #image: LedgerImage | undefined;

  constructor(tenants: Map<string, LedgerImage>) {
    this.#tenants = tenants;
  }

  read(reader: ProtobufReader): void {
    this.count++;
    const draft = newDraft();
    const outer = reader.enter();
    for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) this.#field(reader, draft, tag);
    reader.leave(outer);
    if (draft.kind === KINDS.tenant) {
      this.#image = new LedgerImage();
      this.#tenants.set(draft.subject, this.#image);
      return;
    }
    const row = rowOf(draft);
    if (row === null || this.#image === undefined) reader.refuse("RECORD_UNDECODABLE", "row");
    else this.#image.load(row);
  }

  #field(reader: ProtobufReader, draft: Draft, tag: number): void {
    switch (tag) {
      case KIND:
        draft.kind = reader.uint32();
        break;
      case NEW_NAME:
        this.#names.push(reader.string());
        break;
      case SUBJECT:
        draft.subject = this.#name(reader);
        break;
      case OBJECT:
        draft.object = this.#name(reader);
        break;
      case CHANNEL:
        draft.channel = this.#name(reader);
        break;
      case IDENTITY_KEY:
        draft.identityKey = reader.string();
        break;
      default:
        readNumber(reader, draft, tag);
    }
  }

  #name(reader: ProtobufReader): string {
    const name = this.#names[reader.uint32()];
    if (name === undefined) reader.refuse("RECORD_UNDECODABLE", "name");
    return name ?? "";
  }
}

function readNumber(reader: ProtobufReader, draft: Draft, tag: number): void {
  switch (tag) {
    case CYCLE:
      draft.cycle = reader.uint32();
      break;
    case STATUS:
      draft.status = reader.uint32();
      break;
    case AT_MS:
      draft.atMs = reader.int64();
      break;
    case LOAD_MILLI:
      draft.loadMilli = reader.int64();
      break;
    case CREDIT:
      draft.credit = reader.double();
      break;
    case TURN:
      draft.turn = reader.int64();
      break;
    case FLOOR:
      draft.floor = reader.double();
      break;
    case VIA:
      draft.via = reader.uint32();
      break;
    case PLAN_VERSION:
      draft.planVersion = reader.int64();
      break;
    case HELD:
      draft.held = reader.uint32();
      break;
    default:
      reader.skip(tag);
  }
}

function leadOf(draft: Draft): LedgerRow | null {
  const { subject: leadId, object: ref, planVersion, cycle, atMs, loadMilli, credit, turn, floor } = draft;
  const status = STATUSES[draft.status];
  const via = draft.via === 0 ? null : DECISION_VIAS[draft.via - 1];
  if (status === undefined || via === undefined) return null;
  return { kind: "lead", leadId, cycle, status, ref, via, planVersion, atMs, loadMilli, credit, turn, floor };
}

function rowOf(draft: Draft): LedgerRow | null {
  const { subject, object, channel, cycle, atMs, loadMilli, credit, turn, floor, held, identityKey } = draft;
  switch (draft.kind) {
    case KINDS.lead:
      return leadOf(draft);
    case KINDS.held:
      return { kind: "held", repId: object, leadId: subject, cycle };
    case KINDS.rep:
      return { kind: "rep", repId: subject, held, loadMilli, credit, turn };
    case KINDS.intake:
      return { kind: "window", repId: object, scope: "intake", channel, leadId: subject, cycle, atMs };
    case KINDS.claim:
      return { kind: "window", repId: object, scope: "claim", channel, leadId: subject, cycle, atMs };
    case KINDS.floor:
      return { kind: "floor", nodeId: subject, floor };
    case KINDS.identity:
      return { kind: "identity", identityKey, leadId: object };
    case KINDS.turn:
      return { kind: "turn", turn };
    default:
      return null;
  }
}
