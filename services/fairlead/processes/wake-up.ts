/** Tells whoever subscribed that something happened; nothing is told but that. */
export function createWakeUp() {
  const listeners = new Set<() => void>();
  return {
    wake(): void {
      for (const listener of listeners) listener();
    },
    /** @returns how to unsubscribe */
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
