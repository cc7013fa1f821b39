import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** How long an endpoint may take, ms. */
const LIMIT_MS = 5000;

/**
 * Opens a connection to a URL and closes it: TCP, and for `https` TLS with a certificate that this Node accepts. Resolves with
 * `null`, or with what went wrong in words.
 */
export function tryConnection(url: string, limitMs: number = LIMIT_MS): Promise<string | null> {
  const target = targetOf(url);
  if (target === null) return Promise.resolve('it is no http or https URL');
  const { host, port, isSecure } = target;
  return new Promise((resolve) => {
    const socket: Socket = isSecure
      ? connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}) })
      : connectTcp({ host, port });
    const finish = (problem: string | null): void => {
      socket.destroy();
      resolve(problem);
    };
    socket.setTimeout(limitMs, () => finish(`no answer within ${limitMs / 1000} s`));
    socket.once(isSecure ? 'secureConnect' : 'connect', () => finish(null));
    socket.once('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
  });
}

function targetOf(url: string): { host: string; port: number; isSecure: boolean } | null {
  if (!URL.canParse(url)) return null;
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') return null;
  const isSecure = protocol === 'https:';
  const host = hostname.replace(/^\[|\]$/g, '');
  return { host, port: port === '' ? (isSecure ? 443 : 80) : Number(port), isSecure };
}
