import type { IncomingMessage } from 'node:http';
import type { Refusal } from './admission.js';

/** Node gives a request no more headers than this, and leaves out the rest. */
export const MAX_HEADERS = 100;

/** What is wrong with the head of a request that the parser has let through; `null`: nothing. */
export function headRefusal({
  httpVersionMajor,
  httpVersion,
  rawHeaders,
  headers,
}: IncomingMessage): Refusal | null {
  if (httpVersionMajor !== 1) return closing(505, `HTTP/${httpVersion} is not supported`, 'use HTTP/1.1');
  // A `Host`, `Origin` or token among those left out would not be checked.
  if (rawHeaders.length > 2 * MAX_HEADERS)
    return closing(431, `a request has at most ${MAX_HEADERS} headers`);
  const hosts = hostsIn(rawHeaders);
  if (hosts > 1 || (hosts === 0 && httpVersion !== '1.0'))
    return closing(400, 'a request needs exactly one `Host` header');
  const coding = headers['transfer-encoding'] ?? 'chunked';
  if (coding.toLowerCase() === 'chunked') return null;
  const hasEnd = /(?:^|[ ,])chunked$/i.test(coding);
  return closing(hasEnd ? 501 : 400, 'the only transfer coding that is supported is `chunked`');
}

/** Node takes the first, and a proxy in front of it may have taken another. */
function hostsIn(rawHeaders: readonly string[]): number {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]?.length === 4 && rawHeaders[at]?.toLowerCase() === 'host') hosts += 1;
  return hosts;
}

/** Where the next request begins may not be known. */
function closing(status: number, message: string, hint: string | null = null): Refusal {
  return { status, message, hint, headers: { connection: 'close' } };
}
