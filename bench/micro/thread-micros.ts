/** CPU time of this thread and not wall time, so that a neighbour on the core is not counted. */
export function threadMicros(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
