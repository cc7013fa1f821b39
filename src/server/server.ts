import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Failure, failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
import { reasonOf } from '../files.js';
import { type Refusal, refusalOf, tokenRefusal } from './admission.js';
import { holdBody } from './expectation.js';
import { goneSignal } from './gone.js';
import { headRefusal, MAX_HEADERS } from './head.js';
import { refuseOpenai } from './openai/error.js';
import { refuse, sendFailure, sendJson } from './reply.js';
import type { Route } from './route.js';
import { ROUTES } from './routes.js';
import type { Service } from './service.js';

/** Where a server listens, and what it tells about itself. */
export interface ListenOptions {
  host: string;
  port: number;
  service: Service;
  /** Told of an error in our own code, which ended one request. */
  onBug: (error: unknown) => void;
}

/** A server that listens. */
export interface Listening {
  /** `http://127.0.0.1:4141` */
  url: string;
  /** Takes no more connections, and ends those that have no request; resolves when the last one has ended. */
  stop(): Promise<void>;
  /** Ends every connection at once. */
  cut(): void;
}

/** Time for the head of a request, and for all of it, ms: a caller that sends slowly holds a connection no longer. */
const HEADERS_MS = 30_000;
const REQUEST_MS = 60_000;
/** How long a connection without a request stays open, ms: longer than load balancers keep it, so that they close it first. */
const KEEP_ALIVE_MS = 75_000;
/** How often an ending server looks for connections without a request, ms. */
const IDLE_LOOK_MS = 50;
const MAX_HEADER_BYTES = 16 * 1024;
/** Connections that the system holds until we take them; of the usual 511 a burst of a thousand loses some. */
const BACKLOG = 4096;

/** Listens; the error is why it cannot. */
export function listen(options: ListenOptions): Promise<Result<Listening, string>> {
  const { host, port } = options;
  const server = createServer(
    {
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: 1000,
      maxHeaderSize: MAX_HEADER_BYTES,
      insecureHTTPParser: false,
      requireHostHeader: false,
      noDelay: true,
    },
    (request, response) => void serve(options, request, response),
  );
  // A client that has sent everything may close its side and wait for the answer.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on('checkContinue', (request, response) => {
    holdBody(response);
    void serve(options, request, response);
  });
  server.maxHeadersCount = MAX_HEADERS;
  // Requests that a client sends in one go all follow its connection.
  server.on('connection', (socket) => socket.setMaxListeners(0));
  server.on('clientError', refuseMalformed);
  server.on('checkExpectation', (_request, response) =>
    sendJson(response, 417, {
      error: { type: 'usage', message: 'unknown `Expect` header', hint: null },
    }),
  );
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(err(reasonOf(error))));
    server.listen({ host, port, backlog: BACKLOG }, () => resolve(ok(listening(server))));
  });
}

function listening(server: Server): Listening {
  const { address, family, port } = server.address() as AddressInfo;
  const name = family === 'IPv6' ? `[${address}]` : address;
  return {
    url: `http://${name}:${port}`,
    stop: () =>
      new Promise((resolve) => {
        // A connection is idle after its answer, and Node closes only those that are so now.
        const timer = setInterval(() => server.closeIdleConnections(), IDLE_LOOK_MS);
        server.close(() => {
          clearInterval(timer);
          resolve();
        });
      }),
    cut: () => server.closeAllConnections(),
  };
}

/** How long a client may take to read why its bytes were refused, ms; requests that still run on its connection are cancelled then. */
const LAST_WORD_MS = 2000;

/** What the parser of Node refuses, such as two lengths or a head that is too long, before there is any request. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  // What follows the last request of a connection is not read, and its answer goes out all the same.
  if (error.code === 'HPE_CLOSED_CONNECTION') return;
  const [status, message] = MALFORMED[error.code ?? ''] ?? ['400 Bad Request', 'malformed HTTP request'];
  const body = JSON.stringify({ error: { type: 'usage', message, hint: null } });
  const head = `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/json; charset=utf-8`;
  socket.end(`${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  const timer = setTimeout(() => socket.destroy(), LAST_WORD_MS);
  socket.once('close', () => clearTimeout(timer));
}

const MALFORMED: Readonly<Record<string, [status: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the request headers are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request was not received in time'],
};

/** Serves one request. The one place that catches: an error in one request must not end the others. */
async function serve(
  { service, onBug }: ListenOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.on('error', () => undefined);
  try {
    const found = findRoute(request);
    const refusal = admissionOf(service, request, found);
    if (refusal !== null) refuseAt(request, response, refusal);
    else if ('route' in found)
      await found.route.handle({
        request,
        response,
        url: found.url,
        gone: goneSignal(request, response),
        service,
      });
  } catch (error) {
    onBug(error);
    if (response.headersSent) response.destroy();
    else sendFailure(response, bug());
  }
}

/** In the words of those who ask there. */
function refuseAt({ url = '' }: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  if (url.startsWith('/v1/')) refuseOpenai(response, refusal);
  else refuse(response, refusal);
}

type Found = { route: Route; url: URL } | Refusal;

function findRoute({ method = '', url: target = '' }: IncomingMessage): Found {
  // Only a path: a whole URL belongs to a proxy.
  const url = target.startsWith('/') ? urlOf(target) : null;
  if (url === null) return { status: 400, message: 'the request target must be a path', hint: null };
  const here = ROUTES.filter(({ path }) => isAt(path, url.pathname));
  const route = here.find((one) => one.method === method || (one.method === 'GET' && method === 'HEAD'));
  if (route !== undefined) return { route, url };
  if (here.length === 0) return { status: 404, message: 'no endpoint at this path', hint: endpoints() };
  const allow = here.map(({ method }) => (method === 'GET' ? 'GET, HEAD' : method)).join(', ');
  return {
    status: 405,
    message: `method not allowed, this path accepts ${allow}`,
    hint: null,
    headers: { allow },
  };
}

/** A path that ends in `/*` has all below it. */
function isAt(path: string, pathname: string): boolean {
  return path.endsWith('/*') ? pathname.startsWith(path.slice(0, -1)) : pathname === path;
}

function urlOf(target: string): URL | null {
  const whole = `http://server${target}`;
  return URL.canParse(whole) ? new URL(whole) : null;
}

function endpoints(): string {
  return `try ${[...new Set(ROUTES.map(({ path }) => `\`${path}\``))].join(', ')}`;
}

/** Who may not ask does not learn what is there: the guards come before the route. */
function admissionOf(service: Service, request: IncomingMessage, found: Found): Refusal | null {
  const { config, token } = service.active();
  const rules = { hosts: hostsOf(config.server), token };
  const isOpen = 'route' in found && found.route.isOpen === true;
  const { headers } = request;
  const refusal =
    headRefusal(request) ?? refusalOf(headers, rules) ?? (isOpen ? null : tokenRefusal(headers, rules));
  if (refusal !== null) return refusal;
  if (!('route' in found)) return found;
  return service.isDraining() && !isOpen ? ENDING : null;
}

const ENDING: Refusal = {
  status: 503,
  message: 'the server is shutting down',
  hint: null,
  headers: { connection: 'close', 'retry-after': '1' },
};

function hostsOf({ host, hosts }: { host: string; hosts: readonly string[] }): string[] {
  return [host, ...hosts].map((name) => name.toLowerCase());
}

function bug(): Failure {
  return failure('internal', 'this is a bug of llm-router', { hint: 'see the log of the server' });
}
