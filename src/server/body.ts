import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseJson } from '../domain/json.js';
import { err, ok, type Result } from '../domain/result.js';
import type { Refusal } from './admission.js';
import { requestBody } from './expectation.js';

/** Why a body cannot be used: it was not read, or it is not JSON. */
export type BodyTrouble = { refusal: Refusal } | { notJson: string };

/** Reads a request's body as JSON, at most so many bytes. */
export async function readJson(
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  maxBytes: number,
): Promise<Result<unknown, BodyTrouble>> {
  const refusal = typeRefusal(request) ?? lengthRefusal(request, maxBytes);
  if (refusal !== null) return err({ refusal });
  requestBody(response);
  const bytes = await readBytes(request, maxBytes);
  if (bytes === 'too_large') return err({ refusal: tooLarge(maxBytes) });
  if (bytes === 'gone') return err({ notJson: 'the request ended before its body' });
  const text = textOf(bytes);
  if (text === null) return err({ notJson: 'the body is not UTF-8' });
  const value = parseJson(text);
  return value === undefined ? err({ notJson: 'the body is not JSON, or is nested too deeply' }) : ok(value);
}

/** A page of another origin can send any text, but not this type, without being asked about first. */
const JSON_TYPE = /^application\/(?:json|json-rpc|[a-z0-9.-]+\+json)\s*(?:;|$)/i;

function typeRefusal({ headers }: IncomingMessage): Refusal | null {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity')
    return { status: 415, message: 'a body with `Content-Encoding` is not read', hint: 'send it as it is' };
  if (JSON_TYPE.test(headers['content-type'] ?? '')) return null;
  return {
    status: 415,
    message: 'the body must be JSON',
    hint: 'send `Content-Type: application/json`',
  };
}

function lengthRefusal({ headers }: IncomingMessage, maxBytes: number): Refusal | null {
  return Number(headers['content-length'] ?? 0) > maxBytes ? tooLarge(maxBytes) : null;
}

function tooLarge(maxBytes: number): Refusal {
  return {
    status: 413,
    message: `the body is larger than ${maxBytes} bytes`,
    hint: 'raise `server.max_body`',
  };
}

function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer | 'too_large' | 'gone'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) return void chunks.push(chunk);
      // The rest is read and dropped: many clients look for an answer only once they have sent everything.
      chunks.length = 0;
      resolve('too_large');
    });
    request.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    request.once('error', () => resolve('gone'));
    request.once('close', () => resolve('gone'));
  });
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

function textOf(bytes: Buffer): string | null {
  try {
    return UTF_8.decode(bytes);
  } catch {
    return null;
  }
}
