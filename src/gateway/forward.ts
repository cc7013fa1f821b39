import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Environment } from '../adapters/adapter.js';
import { onReady } from '../adapters/http/agents.js';
import { Connections } from '../adapters/http/connections.js';
import { proxyFor } from '../adapters/http/proxy.js';

/** A request as it came from the tool, on its way to the provider. */
export interface Forwarded {
  method: string;
  url: URL;
  /** Names and values in turn, as they came. */
  rawHeaders: readonly string[];
  body: Uint8Array;
  env: Environment;
  /** Until the connection is ready to send, ms. */
  connectTimeoutMs: number;
  signal: AbortSignal;
}

/** Sends a request on, its body and its headers unchanged; rejects with the error of the connection. */
export async function forward(asked: Forwarded): Promise<IncomingMessage> {
  try {
    return await sendOnce(asked);
  } catch (error) {
    // The provider closed an idle connection in this moment, so it has not read the request.
    if (isOfIdleConnection(error) && !asked.signal.aborted) return sendOnce(asked);
    throw error;
  }
}

/** Milliseconds that a request was on its way, where its connection had served another. */
const ON_IDLE_MS = Symbol('ms on a connection that had served another');

/**
 * A connection that was closed before says so within a round trip, ms. One that breaks off later may do so after the provider has read
 * the request and worked on it: sent again, it would be paid twice and counted once.
 */
const ROUND_TRIP_MS = 500;

function isOfIdleConnection(error: unknown): boolean {
  const { code, [ON_IDLE_MS]: ms } = Object(error) as { code?: unknown; [ON_IDLE_MS]?: number };
  return ms !== undefined && ms < ROUND_TRIP_MS && (code === 'ECONNRESET' || code === 'EPIPE');
}

/** Kept as long as the process: a gateway lives for one run, and the next run goes to the same providers. */
const CONNECTIONS = new Connections();

async function sendOnce(asked: Forwarded): Promise<IncomingMessage> {
  const { url, method, env, connectTimeoutMs, signal } = asked;
  const kind = url.protocol === 'https:' ? 'https' : 'http';
  const route = { kind, proxy: proxyFor(url, env), connectTimeoutMs } as const;
  const [{ request: send }, { agent }] = await Promise.all([
    kind === 'https' ? import('node:https') : import('node:http'),
    CONNECTIONS.lane(url, route),
  ]);
  return new Promise((resolve, reject) => {
    const request = send({
      agent,
      method,
      protocol: url.protocol,
      hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: url.port === '' ? undefined : Number(url.port),
      path: `${url.pathname}${url.search}`,
      headers: sentHeaders(asked) as never,
      signal,
      // Certificates are checked, whatever variables of the process say.
      rejectUnauthorized: true,
    });
    request.once('response', resolve);
    let startMs = 0;
    request.once('socket', () => {
      startMs = performance.now();
    });
    request.on('error', (error) => {
      const onIdle = request.reusedSocket ? { [ON_IDLE_MS]: performance.now() - startMs } : {};
      reject(Object.assign(error, onIdle));
    });
    request.once('upgrade', (_response, socket) => {
      socket.destroy();
      reject(Object.assign(new Error('it switched to another protocol'), { code: 'ERR_UPGRADED' }));
    });
    limitConnect(request, connectTimeoutMs);
    request.end(asked.body);
  });
}

function limitConnect(request: ClientRequest, ms: number): void {
  const late = Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' });
  const timer = setTimeout(() => request.destroy(late), ms);
  const stop = (): void => clearTimeout(timer);
  request.once('socket', (socket) => onReady(socket, stop));
  request.once('close', stop);
}

/** Headers that concern one connection alone (RFC 9110, 7.6.1). */
const OF_CONNECTION = [
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization', 'te'],
  ...['trailer', 'transfer-encoding', 'upgrade'],
];

function sentHeaders({ rawHeaders, url, body, method }: Forwarded): string[] {
  const kept = passedOn(rawHeaders, ['host', 'expect', 'content-length']);
  const length = method === 'GET' && body.byteLength === 0 ? [] : ['content-length', String(body.byteLength)];
  return ['host', url.host, ...kept, ...length, ...ownCredentials(url, kept)];
}

/** Those of a base URL, where the tool sends none. */
function ownCredentials({ username, password }: URL, kept: readonly string[]): string[] {
  const hasOwn = kept.some((name, at) => at % 2 === 0 && name.toLowerCase() === 'authorization');
  if (username === '' || hasOwn) return [];
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return ['authorization', `Basic ${Buffer.from(pair).toString('base64')}`];
}

/** Headers in their order and spelling, without those of one connection and these. */
export function passedOn(rawHeaders: readonly string[], dropped: readonly string[]): string[] {
  const named = valuesOf(rawHeaders, 'connection').flatMap((value) => value.toLowerCase().split(/[\s,]+/));
  const out = new Set([...OF_CONNECTION, ...dropped, ...named]);
  return rawHeaders.flatMap((name, at) =>
    at % 2 === 1 || out.has(name.toLowerCase()) ? [] : [name, rawHeaders[at + 1] ?? ''],
  );
}

function valuesOf(rawHeaders: readonly string[], wanted: string): string[] {
  return rawHeaders.flatMap((name, at) =>
    at % 2 === 0 && name.toLowerCase() === wanted ? [rawHeaders[at + 1] ?? ''] : [],
  );
}

/** Whole body of a request, at most so many bytes; `null`: it is larger. Rejects when its sender goes away. */
export async function bodyOf(request: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).byteLength;
    if (bytes <= maxBytes) chunks.push(chunk as Buffer);
  }
  return bytes > maxBytes ? null : Buffer.concat(chunks);
}
