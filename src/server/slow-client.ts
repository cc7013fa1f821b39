import type { ServerResponse } from 'node:http';

/** How long a client may take nothing of what is sent before its connection is cut, ms. */
const SLOW_CLIENT_MS = 30_000;
/** What is written at once, bytes: a client that takes one piece after the other is slow, but takes something. */
export const PIECE_BYTES = 64 * 1024;

/** Writes a text as fast as the client takes it. Resolves once the connection takes more, or is cut. */
export function writeText(response: ServerResponse, text: string): void | Promise<void> {
  if (text.length > PIECE_BYTES) return writePieces(response, text);
  if (!response.write(text)) return taken(response);
}

/** The same for a long text. */
export async function writePieces(response: ServerResponse, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length && !response.destroyed; at += PIECE_BYTES)
    if (!response.write(bytes.subarray(at, at + PIECE_BYTES))) await taken(response);
}

/** Ends an answer with the rest of it, and cuts the connection of a client that does not take that. */
export function endResponse(response: ServerResponse, rest: string): void {
  if (response.destroyed) return;
  response.end(rest);
  // Most answers are with the system by now, and need no timer.
  if (response.socket?.writableLength !== 0) cutUnless(response, 'finish');
}

/** Resolves once the client has taken what was written, or has gone. */
function taken(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => cutUnless(response, 'drain', resolve));
}

/** Cuts the connection if `event` does not come in time. An answer without a socket waits behind another one, not for its client. */
function cutUnless(response: ServerResponse, event: 'drain' | 'finish', then?: () => void): void {
  let timer: NodeJS.Timeout | undefined;
  const start = (): void => {
    timer = setTimeout(() => response.destroy(), SLOW_CLIENT_MS);
  };
  const done = (): void => {
    clearTimeout(timer);
    response.off('socket', start);
    response.off(event, done);
    response.off('close', done);
    then?.();
  };
  if (response.socket === null) response.once('socket', start);
  else start();
  response.on(event, done);
  response.on('close', done);
}
