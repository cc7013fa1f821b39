/** Interval of heartbeats, ms; well below the expiry of leases. */
const HEARTBEAT_MS = 60_000;

/** Starts sending heartbeats; returns a function that stops them. Does not keep the process running. */
export function startHeartbeat(beat: () => Promise<unknown>): () => void {
  const timer = setInterval(() => void beat(), HEARTBEAT_MS).unref();
  return () => clearInterval(timer);
}
