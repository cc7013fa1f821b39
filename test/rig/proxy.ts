import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A local proxy that connects every tunnel to one port, whatever host is requested. */
export interface Proxy {
  url: string;
  /** `host:port` of every requested tunnel, and its authorization header. */
  asked: { to: string; authorization: string | null }[];
  close(): Promise<void>;
}

/** Starts a proxy. `answer` replaces the tunnel: a status, or `nothing` to stay silent. */
export async function startProxy(port: number, answer: number | 'nothing' | null = null): Promise<Proxy> {
  const asked: Proxy['asked'] = [];
  const sockets = new Set<Duplex>();
  const server = createServer((_request, response) => response.writeHead(501).end());
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => undefined)));
  server.on('connect', (request: IncomingMessage, client: Duplex) => {
    asked.push({ to: request.url ?? '', authorization: request.headers['proxy-authorization'] ?? null });
    if (answer === 'nothing') return;
    if (answer !== null) return void client.end(`HTTP/1.1 ${answer} No\r\n\r\n`);
    const target = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      target.pipe(client).pipe(target);
    });
    sockets.add(target.on('error', () => client.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
