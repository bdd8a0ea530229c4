const removals = new Set<() => void>();

/**
 * Has `remove` called when this thread's `exit` event comes, with all others; it must not throw or wait.
 *
 * @returns takes it back. One listener serves all, and is there only while it is needed.
 */
export function removeAtExit(remove: () => void): () => void {
  if (removals.size === 0) process.on("exit", removeAll);
  removals.add(remove);
  return () => {
    removals.delete(remove);
    if (removals.size === 0) process.off("exit", removeAll);
  };
}

function removeAll(): void {
  for (const remove of removals) remove();
}
