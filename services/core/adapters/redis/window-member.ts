import type { WindowEntry } from "../../domain/ledger/rep-holdings.ts";
import { readSlot, slotOf } from "../../domain/ledger/rep-holdings.ts";

type WindowMember = Omit<WindowEntry, "atMs">;

/** Lead ids have no bar, channels may: the last one divides (reserve-snapshot.lua, ofChannel). */
export const windowMember = ({ channel, leadId, cycle }: WindowMember): string => `${channel}|${slotOf(leadId, cycle)}`;

export function readWindowMember(member: string): WindowMember {
  const bar = member.lastIndexOf("|");
  return { channel: member.slice(0, bar), ...readSlot(member.slice(bar + 1)) };
}
