import { sha256 } from '../../crypto/crypto.js';

/** The W3C `TRACEPARENT` of a child: the trace id itself when it is 32 hex digits, else a hash of it. */
export function traceparent(traceId: string, invocationId: string): string {
  const isOwn = /^[0-9a-f]{32}$/i.test(traceId) && !/^0+$/.test(traceId);
  const trace = isOwn ? traceId.toLowerCase() : sha256(traceId).slice(0, 32);
  return `00-${trace}-${sha256(invocationId).slice(0, 16)}-01`;
}
