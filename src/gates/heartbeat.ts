/** How often what a run holds is confirmed, ms; well below the time after which it counts as abandoned. */
const HEARTBEAT_MS = 60_000;

/** Starts to confirm that this process lives; returns what stops it. Does not keep the process alive. */
export function startHeartbeat(beat: () => Promise<unknown>): () => void {
  const timer = setInterval(() => void beat(), HEARTBEAT_MS).unref();
  return () => clearInterval(timer);
}
