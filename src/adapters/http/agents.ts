import type { Agent } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** How connections to a server are made. */
export interface Route {
  kind: 'http' | 'https';
  /** URL of the proxy; `null`: none. */
  proxy: string | null;
  /** Until the proxy answers, ms. */
  connectTimeoutMs: number;
}

/** An agent that keeps its connections for the next request on the same route. */
export function keepAliveAgent(route: Route): Promise<Agent> {
  return makeAgent(route, { keepAlive: true, scheduling: 'lifo' });
}

/** An agent whose connections serve one request. */
export function singleUseAgent(route: Route): Promise<Agent> {
  return makeAgent(route, { keepAlive: false });
}

async function makeAgent(
  { kind, proxy, connectTimeoutMs }: Route,
  options: { keepAlive: boolean; scheduling?: 'lifo' },
): Promise<Agent> {
  if (proxy === null) {
    const { Agent } = kind === 'https' ? await import('node:https') : await import('node:http');
    return new Agent(options);
  }
  const { HttpProxyAgent, HttpsProxyAgent } = await import('hpagent');
  const { protocol, hostname, port, username, password } = new URL(proxy);
  const proxied = {
    ...options,
    // A name in brackets would be looked up.
    proxy: { protocol, hostname: hostname.replace(/^\[(.*)\]$/, '$1'), port, username, password } as URL,
    // The request to the proxy has no other clock, and would outlive the connect timeout.
    timeout: connectTimeoutMs,
    proxyRequestOptions: { rejectUnauthorized: true },
  };
  return namingProxy(kind === 'https' ? new HttpsProxyAgent(proxied) : new HttpProxyAgent(proxied));
}

/** How the message of an error begins when the proxy was not reached: its code is that of a server that was not. */
export const PROXY_ERROR = 'proxy: ';

type Created = (error: Error | null, socket: Socket) => void;

function namingProxy<T extends Agent>(agent: T): T {
  const made = agent as unknown as { createConnection(options: unknown, done: Created): void };
  const create = made.createConnection.bind(agent);
  made.createConnection = (options, done) =>
    create(options, (error, socket) => {
      if (error !== null && !error.message.startsWith('Bad response: '))
        error.message = `${PROXY_ERROR}${error.message}`;
      done(error, socket);
    });
  return agent;
}

/** Calls back once a server has taken a connection; TLS comes after that. */
export function onTaken(socket: Socket, then: () => void): void {
  if (socket.connecting) socket.once('connect', then);
  else then();
}

/** Calls back once a connection is ready to send, TLS included. */
export function onReady(socket: Socket, then: () => void): void {
  const { secureConnecting = false } = socket as Partial<TLSSocket & { secureConnecting: boolean }>;
  if (secureConnecting) socket.once('secureConnect', then);
  else if (socket.connecting) socket.once('encrypted' in socket ? 'secureConnect' : 'connect', then);
  else then();
}
