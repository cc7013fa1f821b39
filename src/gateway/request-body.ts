import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

/** More than any body expands to that a provider takes. */
const MAX_BYTES = 256 * 2 ** 20;

/** The body of a request without its encoding, to read it; `null`: it cannot be decoded. */
export async function requestBody(body: Buffer, encoding: string | undefined): Promise<Buffer | null> {
  const decode = DECODERS[(encoding ?? 'identity').trim().toLowerCase()];
  if (decode === undefined) return null;
  try {
    return await decode(body);
  } catch {
    return null; // not what its header says
  }
}

const OPTIONS = { maxOutputLength: MAX_BYTES };
/** Node 22 and later have it. */
const zstd = (zlib as unknown as { zstdDecompress?: typeof zlib.gunzip }).zstdDecompress;

const DECODERS: Readonly<Record<string, ((body: Buffer) => Promise<Buffer>) | undefined>> = {
  identity: (body) => Promise.resolve(body),
  gzip: (body) => promisify<Buffer, object, Buffer>(zlib.gunzip)(body, OPTIONS),
  deflate: (body) => promisify<Buffer, object, Buffer>(zlib.inflate)(body, OPTIONS),
  br: (body) => promisify<Buffer, object, Buffer>(zlib.brotliDecompress)(body, OPTIONS),
  ...(zstd === undefined
    ? {}
    : { zstd: (body: Buffer) => promisify<Buffer, object, Buffer>(zstd)(body, OPTIONS) }),
};
