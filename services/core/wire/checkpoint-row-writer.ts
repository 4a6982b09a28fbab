import { DECISION_VIAS } from "../domain/decision/log-record.ts";
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
import type { ProtobufWriter } from "./protobuf-writer.ts";

type Row<K extends LedgerRow["kind"]> = Extract<LedgerRow, { kind: K }>;

/** Writes rows into a message, with the names that it has not written before. */
export class CheckpointRowWriter {
  count = 0;
  readonly #writer: ProtobufWriter;
  readonly #tag: number;
  readonly #numbers = new Map<string, number>();

  constructor(writer: ProtobufWriter, tag: number) {
    this.#writer = writer;
    this.#tag = tag;
  }

  tenant(tenantId: string): void {
    const start = this.#begin(KINDS.tenant);
    this.#name(SUBJECT, tenantId);
    this.#end(start);
  }

  row(row: LedgerRow): void {
    switch (row.kind) {
      case "lead":
        return this.#lead(row);
      case "rep":
        return this.#rep(row);
      case "window":
        return this.#window(row);
      default:
        return this.#small(row);
    }
  }

  #lead(row: Row<"lead">): void {
    const writer = this.#writer;
    const start = this.#begin(KINDS.lead);
    this.#name(SUBJECT, row.leadId);
    this.#name(OBJECT, row.ref);
    writer.uint32(CYCLE, row.cycle);
    writer.uint32(STATUS, STATUSES.indexOf(row.status));
    writer.uint32(VIA, row.via === null ? 0 : DECISION_VIAS.indexOf(row.via) + 1);
    writer.int64(PLAN_VERSION, row.planVersion);
    writer.int64(AT_MS, row.atMs);
    writer.int64(LOAD_MILLI, row.loadMilli);
    writer.double(CREDIT, row.credit);
    writer.int64(TURN, row.turn);
    writer.double(FLOOR, row.floor);
    this.#end(start);
  }

  #rep(row: Row<"rep">): void {
    const writer = this.#writer;
    const start = this.#begin(KINDS.rep);
    this.#name(SUBJECT, row.repId);
    writer.uint32(HELD, row.held);
    writer.int64(LOAD_MILLI, row.loadMilli);
    writer.double(CREDIT, row.credit);
    writer.int64(TURN, row.turn);
    this.#end(start);
  }

  #window(row: Row<"window">): void {
    const writer = this.#writer;
    const start = this.#begin(KINDS[row.scope]);
    this.#name(SUBJECT, row.leadId);
    this.#name(OBJECT, row.repId);
    this.#name(CHANNEL, row.channel);
    writer.uint32(CYCLE, row.cycle);
    writer.int64(AT_MS, row.atMs);
    this.#end(start);
  }

  #small(row: Row<"held" | "floor" | "identity" | "turn">): void {
    const writer = this.#writer;
    const start = this.#begin(KINDS[row.kind]);
    switch (row.kind) {
      case "held":
        this.#name(SUBJECT, row.leadId);
        this.#name(OBJECT, row.repId);
        writer.uint32(CYCLE, row.cycle);
        break;
      case "floor":
        this.#name(SUBJECT, row.nodeId);
        writer.double(FLOOR, row.floor);
        break;
      case "identity":
        this.#name(OBJECT, row.leadId);
        writer.text(IDENTITY_KEY, row.identityKey);
        break;
      case "turn":
        writer.int64(TURN, row.turn);
    }
    this.#end(start);
  }

  #begin(kind: number): number {
    this.count++;
    const start = this.#writer.open(this.#tag);
    this.#writer.uint32(KIND, kind);
    return start;
  }

  #end(start: number): void {
    this.#writer.close(start);
  }

  /** The empty name is number 0, which is not written. */
  #name(tag: number, name: string): void {
    if (name === "") return;
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.#numbers.size + 1;
      this.#numbers.set(name, number);
      this.#writer.textAlways(NEW_NAME, name);
    }
    this.#writer.uint32(tag, number);
  }
}
