import { connect, type Socket } from 'node:net';
import type { Served } from './served.js';

/** A connection to the server, on which nothing has been sent. */
export function opened({ port }: Served): Socket {
  return connect(port, '127.0.0.1');
}

/** Resolves once the connection of a client that does not read is cut, which only sending shows it; blank lines ask for nothing. */
export async function cutOff(client: Socket): Promise<void> {
  const timer = setInterval(() => client.write('\r\n'), 1000);
  await closed(client);
  clearInterval(timer);
}

/** Resolves once the connection is closed. */
export function closed(client: Socket): Promise<unknown> {
  client.on('error', () => undefined);
  return new Promise((resolve) => client.once('close', resolve));
}
