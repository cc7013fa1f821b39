import type { IncomingMessage, ServerResponse } from 'node:http';

/** When something is sent to a client that has closed its sending side, ms after that; then again and again. */
const PROBES_MS = [0, 50, 1000];
const PROBE_EVERY_MS = 15_000;

/**
 * Aborted when the connection ends before the answer does. A client that has sent its request may close its sending side and wait for
 * the answer, as `nc -N` does, and to us that looks like one that has gone. What is sent tells them apart: the system of a client that has
 * gone rejects it.
 */
export function goneSignal(request: IncomingMessage, response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  const unfollow = onHalfClosed(request, response, () => {
    // HTTP/1.0 has no answer before the answer: the proxies that still speak it close only when their own client has gone.
    if (request.httpVersion === '1.0') request.socket.destroy();
    else if (!response.headersSent) response.writeProcessing();
  });
  response.once('close', () => {
    unfollow();
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}

/**
 * Calls `probe`, which sends something, as long as a client that has closed its sending side has no whole answer. The system reports only
 * to the next one that the last one was rejected. Returns how to stop.
 */
export function onHalfClosed(
  { socket }: Pick<IncomingMessage, 'socket'>,
  response: ServerResponse,
  probe: () => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  const next = (n: number): void => {
    const waitMs = (PROBES_MS[n] ?? PROBE_EVERY_MS) - (PROBES_MS[n - 1] ?? 0);
    timer = setTimeout(() => {
      if (response.destroyed) return;
      probe();
      next(n + 1);
    }, waitMs);
  };
  const start = (): void => next(0);
  if (socket.readableEnded) start();
  else socket.once('end', start);
  return () => {
    clearTimeout(timer);
    socket.off('end', start);
  };
}
