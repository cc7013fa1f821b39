import type { IncomingMessage } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createInflateRaw, createUnzip } from 'node:zlib';

/** The body of a response without its encoding; one that no request of ours asked for is left as it is. */
export async function decoded(
  response: IncomingMessage,
  encoding: string,
  fail: (error: Error) => void,
): Promise<Readable> {
  if (!['gzip', 'x-gzip', 'deflate', 'br'].includes(encoding)) return response;
  const start = await startOf(response);
  // An empty body has no encoding, whatever its headers say.
  if (start === null) return response;
  const decoder = decoderOf(encoding, start);
  // An error of one does not end the other.
  response.once('error', () => decoder.destroy());
  decoder.once('error', (error) => {
    fail(error);
    response.destroy();
  });
  return response.pipe(decoder);
}

/** The first bytes, which stay in the stream; `null`: it has none. */
function startOf(response: IncomingMessage): Promise<Uint8Array | null> {
  return new Promise((resolve) => {
    response.once('close', () => resolve(null));
    response.once('readable', () => {
      const bytes: unknown = response.read();
      const start = bytes instanceof Uint8Array ? bytes : null;
      if (start !== null) response.unshift(start);
      resolve(start);
    });
  });
}

/** The decoder of a body by its first bytes: some servers send `deflate` without the header of zlib, whose first byte names this method. */
export function decoderOf(encoding: string, start: Uint8Array): Transform {
  if (encoding === 'br') return createBrotliDecompress();
  const isRaw = encoding === 'deflate' && ((start[0] ?? 0) & 0x0f) !== 8;
  return isRaw ? createInflateRaw() : createUnzip();
}
