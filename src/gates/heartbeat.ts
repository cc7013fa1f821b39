/** Sends a heartbeat every so many ms; returns a function that stops them. Does not keep the process running. */
export function startHeartbeat(everyMs: number, beat: () => Promise<unknown>): () => void {
  const timer = setInterval(() => void beat(), everyMs).unref();
  return () => clearInterval(timer);
}
