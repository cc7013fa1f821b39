import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { decoderOf } from '../adapters/http/encodings.js';

/** Node 22.15 and later have it. */
const createZstd = (zlib as unknown as { createZstdDecompress?: () => Transform }).createZstdDecompress;

const READABLE: readonly string[] = [
  ...['gzip', 'x-gzip', 'deflate', 'br'],
  ...(createZstd === undefined ? [] : ['zstd']),
];

/** The decoder of an answer by its first bytes; `null`: it cannot be read here. */
export function answerDecoder(encoding: string, start: Uint8Array): Transform | null {
  if (!READABLE.includes(encoding)) return null;
  return encoding === 'zstd' && createZstd !== undefined ? createZstd() : decoderOf(encoding, start);
}

/** Headers of a request, names and values in turn, whose `accept-encoding` names no encoding that cannot be read here. */
export function withReadableEncodings(rawHeaders: readonly string[]): string[] {
  return rawHeaders.map((value, at) =>
    at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === 'accept-encoding' ? readable(value) : value,
  );
}

function readable(accepted: string): string {
  const items = accepted.split(',').map((item) => item.trim());
  const kept = items.filter(isReadable);
  if (kept.length === items.length) return accepted;
  return kept.length === 0 ? 'identity' : kept.join(', ');
}

/** `*` stands for encodings of any name; `*;q=0` for none. */
function isReadable(item: string): boolean {
  const [name = '', quality = ''] = item.toLowerCase().split(/\s*;\s*/);
  if (name === '*') return /^q=0(\.0*)?$/.test(quality);
  return name === 'identity' || READABLE.includes(name);
}
