import { defineScript } from "./define-script.ts";
import { metaKey } from "./keys.ts";
import { MessagePackWriter } from "./message-pack.ts";

export interface PlaceRequest {
  readonly tenantId: string;
  readonly epoch: number;
  /** Each once. */
  readonly repIds: readonly string[];
}

export interface Placed {
  /** Of the ledger that the places are of. */
  readonly mark: string;
  /** From 0, in the order of the request. */
  readonly places: readonly number[];
}

export type PlaceReply = { readonly kind: "fenced" } | ({ readonly kind: "placed" } & Placed);

const writer = new MessagePackWriter();

export const placeReps = defineScript<PlaceRequest, PlaceReply>({
  files: ["ledger-preamble", "place-reps"].map((part) => new URL(`./${part}.lua`, import.meta.url)),
  encode({ tenantId, epoch, repIds }) {
    writer.array(2).number(epoch).texts(repIds);
    return { keys: [metaKey(tenantId)], argv: [writer.finish()] };
  },
  decode(raw) {
    const [status, mark, places] = raw as [Buffer, Buffer, (number | Buffer)[]];
    if (status.toString() === "FENCED") return { kind: "fenced" };
    return { kind: "placed", mark: mark.toString(), places: places.map(Number) };
  },
});
