import type { AttributeValue, LeadIntent, LeadLocation, LeadSource } from "../domain/lead/lead.ts";
import { setAttribute } from "./lead-draft.ts";
import type { LeadDraft } from "./lead-draft.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";
import { delimitedTag, doubleTag, varintTag } from "./protobuf-tag.ts";
import type { ProtobufWriter } from "./protobuf-writer.ts";

/** The messages that captured leads and the decision log share: `Source`, `Location`, `Intent` (lead.proto), maps. */
const FIRST_TEXT = delimitedTag(1);
const SECOND_TEXT = delimitedTag(2);
const THIRD_TEXT = delimitedTag(3);
const LATITUDE = doubleTag(1);
const LONGITUDE = doubleTag(2);
const ADMIN_CODE = delimitedTag(4);
const ADDRESS = delimitedTag(5);
const DATUM = delimitedTag(6);

/** Field numbers of the message that holds an attribute's value, which differ between the topics. */
export interface AttributeTags {
  readonly text: number;
  readonly number: number;
  readonly flag: number;
  /** A value that stands for no attribute; 0 if there is none. */
  readonly nothing: number;
  /** Highest field number of the message; higher ones are of a later version and skipped. */
  readonly lastField: number;
}
/** `google.protobuf.Value`. */
export const JSON_VALUE: AttributeTags = {
  text: delimitedTag(3),
  number: doubleTag(2),
  flag: varintTag(4),
  nothing: varintTag(1),
  lastField: 6,
};
/** `fairlead.v1.AttributeValue`. */
export const ATTRIBUTE_VALUE: AttributeTags = {
  text: delimitedTag(1),
  number: doubleTag(2),
  flag: varintTag(3),
  nothing: 0,
  lastField: 3,
};

export function readSource(reader: ProtobufReader, draft: LeadDraft): void {
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === FIRST_TEXT) draft.channel = reader.string();
    else if (tag === SECOND_TEXT) draft.campaign = reader.string();
    else if (tag === THIRD_TEXT) draft.referrer = reader.string();
    else reader.skip(tag);
  }
  reader.leave(outer);
}

export function writeSource(writer: ProtobufWriter, tag: number, source: LeadSource): void {
  const start = writer.open(tag);
  writer.text(FIRST_TEXT, source.channel);
  writer.text(SECOND_TEXT, source.campaign);
  writer.text(THIRD_TEXT, source.referrer);
  writer.close(start);
}

export function readLocation(reader: ProtobufReader, draft: LeadDraft): void {
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === LATITUDE) draft.latitudeDeg = reader.double();
    else if (tag === LONGITUDE) draft.longitudeDeg = reader.double();
    else if (tag === THIRD_TEXT) draft.postalCode = reader.string();
    else if (tag === ADMIN_CODE) draft.adminCode = reader.string();
    else if (tag === ADDRESS) draft.address = reader.string();
    else if (tag === DATUM) draft.datum = reader.string();
    else reader.skip(tag);
  }
  reader.leave(outer);
}

export interface WrittenLocation extends LeadLocation {
  readonly address?: string;
  readonly datum?: string;
}

export function writeLocation(writer: ProtobufWriter, tag: number, location: WrittenLocation): void {
  const start = writer.open(tag);
  if (location.latitudeDeg !== null) writer.doubleAlways(LATITUDE, location.latitudeDeg);
  if (location.longitudeDeg !== null) writer.doubleAlways(LONGITUDE, location.longitudeDeg);
  writer.text(THIRD_TEXT, location.postalCode);
  writer.text(ADMIN_CODE, location.adminCode);
  writer.text(ADDRESS, location.address ?? "");
  writer.text(DATUM, location.datum ?? "");
  writer.close(start);
}

export function readIntent(reader: ProtobufReader, draft: LeadDraft): void {
  const outer = reader.enter();
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === FIRST_TEXT) draft.intentStatus = reader.string();
    else if (tag === SECOND_TEXT) draft.intentTiming = reader.string();
    else reader.skip(tag);
  }
  reader.leave(outer);
}

export function writeIntent(writer: ProtobufWriter, tag: number, intent: LeadIntent): void {
  if (intent.status === null && intent.timing === null) return;
  const start = writer.open(tag);
  writer.text(FIRST_TEXT, intent.status ?? "");
  writer.text(SECOND_TEXT, intent.timing ?? "");
  writer.close(start);
}

/** Reads one entry of an attribute map. */
export function readAttribute(reader: ProtobufReader, draft: LeadDraft, tags: AttributeTags): void {
  const outer = reader.enter();
  let key = "";
  let value: AttributeValue | null | undefined;
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === FIRST_TEXT) key = reader.string();
    else if (tag === SECOND_TEXT) value = readValue(reader, tags);
    else reader.skip(tag);
  }
  reader.leave(outer);
  if (value === null) delete draft.attributes[key];
  else setAttribute(draft, key, value);
}

/** Null for no attribute; undefined for a list, an object or no value at all. */
function readValue(reader: ProtobufReader, tags: AttributeTags): AttributeValue | null | undefined {
  const outer = reader.enter();
  let value: AttributeValue | null | undefined;
  for (let tag = reader.nextTag(); tag !== 0; tag = reader.nextTag()) {
    if (tag === tags.text) value = reader.string();
    else if (tag === tags.number) value = reader.double();
    else if (tag === tags.flag) value = reader.bool();
    else {
      if (tag >>> 3 <= tags.lastField) value = tag === tags.nothing ? null : undefined;
      reader.skip(tag);
    }
  }
  reader.leave(outer);
  return value;
}

export function writeAttributes(
  writer: ProtobufWriter,
  tag: number,
  attributes: Readonly<Record<string, AttributeValue>>,
  tags: AttributeTags,
): void {
  for (const key of Object.keys(attributes)) {
    const value = attributes[key] as AttributeValue;
    const entry = writer.open(tag);
    writer.text(FIRST_TEXT, key);
    const start = writer.open(SECOND_TEXT);
    if (typeof value === "string") writer.textAlways(tags.text, value);
    else if (typeof value === "number") writer.doubleAlways(tags.number, value);
    else writer.flagAlways(tags.flag, value);
    writer.close(start);
    writer.close(entry);
  }
}
