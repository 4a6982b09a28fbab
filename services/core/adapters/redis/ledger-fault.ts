import { Fault } from "../../domain/fault.ts";

/**
 * Error replies that speak of the server's state and not of the command. All of our scripts read before they write, so
 * one that was refused so has changed nothing; the caller has to repeat or abandon the batch either way.
 */
const PASSING_ERRORS =
  /^(LOADING|READONLY|OOM|BUSY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|NOREPLICAS|MISCONF|ERR max number of clients)\b/u;
/** From within a script: the cluster is down, or moves the tenant's slot (ledger-preamble.lua, serverRunId). */
const PASSING_SCRIPT_ERRORS =
  /^ERR Script attempted to (access a non local key|execute a .*command while the cluster)/u;

/**
 * What a rejected command means. Its fate is unknown after a time-out or a closed connection, and repeating it is safe.
 * Any other error reply is a broken invariant of ours and stays what it is.
 */
export function toFault(cause: unknown): unknown {
  if (cause instanceof Fault || (cause instanceof Error && isBroken(cause))) return cause;
  return new Fault("LEDGER_UNAVAILABLE", "The ledger did not answer.", { retriable: true, cause });
}

function isBroken({ name, message }: Error): boolean {
  return name === "ReplyError" && !PASSING_ERRORS.test(message) && !PASSING_SCRIPT_ERRORS.test(message);
}

/** Awaits a reply of the client; nothing else belongs into `reply`, or its errors would pass for the server's. */
export async function orUnavailable<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply;
  } catch (cause) {
    throw toFault(cause);
  }
}
