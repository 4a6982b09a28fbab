import type { Change } from "../reads/history-view.ts";

/** A server-sent event. */
export function frameOf(id: string, change: Change): string {
  return `id: ${id}\nevent: ${change.type}\ndata: ${JSON.stringify(change)}\n\n`;
}

/** An id without an event: from now on the client resumes behind it, even if nothing ever happens. */
export function positionFrame(id: string): string {
  return `id: ${id}\n\n`;
}
