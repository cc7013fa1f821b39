import type { EventEmitter } from 'node:events';
import type { Client, ClientConfig } from 'pg';
import { onAbort } from '../../domain/abort.js';
import { ChannelBinding } from './channel-binding.js';
import { NO_ANSWER, ServerFailure } from './failure.js';
import type { Settings, Tls } from './settings.js';

/** A value of a column. */
export type Value = string | number | boolean | null;
export type Row = Readonly<Record<string, Value>>;

/** One connection to the server. */
export interface Connection {
  /** Runs statements that are separated by semicolons in one round trip, and returns the rows of each. Rejects with a {@link ServerFailure}. */
  run(text: string): Promise<Row[][]>;
  /** No longer usable: the server or the network has ended it. */
  readonly isLost: boolean;
  /** Keeps the process running, or not. */
  hold(keeps: boolean): void;
  /** Closes it at once: what waits for an answer is rejected. */
  destroy(): void;
  end(): void;
}

/** Connects, until `limit` is aborted. Rejects with a {@link ServerFailure}. */
export async function connect(settings: Settings, limit: AbortSignal): Promise<Connection> {
  if (settings.tls.mode !== 'prefer') return connectBy(settings, limit);
  try {
    return await connectBy({ ...settings, tls: { ...settings.tls, mode: 'require' } }, limit);
  } catch (error) {
    if (!isWithoutTls(error)) throw error;
    return connectBy({ ...settings, tls: { ...settings.tls, mode: 'disable' } }, limit);
  }
}

function isWithoutTls(error: unknown): boolean {
  return error instanceof ServerFailure && /server does not support SSL/.test(error.message);
}

async function connectBy(settings: Settings, limit: AbortSignal): Promise<Connection> {
  const { Client } = await import('pg');
  const client: Client = new Client(configOf(settings, () => binding.refusal));
  const binding = new ChannelBinding(partsOf(client), settings);
  let isLost = false;
  // Without it an error of a connection that nothing waits for would end the process.
  client.on('error', () => {
    isLost = true;
  });
  client.on('end', () => {
    isLost = true;
  });
  const stream = streamOf(client);
  const destroy = (): void => {
    isLost = true;
    stream.destroy(new Error(NO_ANSWER));
  };
  const release = onAbort(limit, destroy);
  try {
    await client.connect();
    if (binding.fault !== null) throw binding.fault;
  } catch (error) {
    stream.destroy();
    const cause = limit.aborted ? new Error(NO_ANSWER) : error;
    throw new ServerFailure(cause, { isLost: true, passwordHint: passwordHint(settings) });
  } finally {
    release();
  }
  return {
    run: async (text) => {
      try {
        const answer: unknown = await client.query(text);
        return (Array.isArray(answer) ? answer : [answer]).map(({ rows }: { rows: Row[] }) => rows);
      } catch (error) {
        throw new ServerFailure(error, { isLost });
      }
    },
    get isLost() {
      return isLost;
    },
    hold: (keeps) => (keeps ? stream.ref() : stream.unref()),
    destroy,
    end: () => {
      isLost = true;
      void client.end().catch(() => {});
    },
  };
}

function passwordHint({ password, openPassfile }: Settings): string | null {
  if (password !== null || openPassfile === null) return null;
  return `\`${openPassfile}\` is not used, since others can read it: \`chmod 600 ${openPassfile}\``;
}

type Stream = Pick<import('node:net').Socket, 'ref' | 'unref' | 'destroy'>;

/** The socket; once TLS has begun it is another. */
function streamOf(client: Client): Stream {
  const connection = partsOf(client);
  return {
    ref: () => connection.stream.ref(),
    unref: () => connection.stream.unref(),
    destroy: (error) => connection.stream.destroy(error),
  } as Stream;
}

/** What the types of the package leave out. */
function partsOf(client: Client): EventEmitter & { stream: Stream } {
  return (client as unknown as { connection: EventEmitter & { stream: Stream } }).connection;
}

/** `refusal`: why no password may be sent, asked for when the server wants one. */
function configOf(settings: Settings, refusal: () => Error | null): ClientConfig {
  const { host, port, user, database, password, tls, applicationName, options } = settings;
  return {
    host,
    port,
    user,
    database,
    // A function keeps the package from a search of its own.
    password: () => {
      const error = refusal();
      if (error !== null) throw error;
      return password ?? '';
    },
    ssl: sslOf(tls),
    sslnegotiation: tls.isDirect ? 'direct' : 'postgres',
    enableChannelBinding: tls.mode !== 'disable' && settings.channelBinding !== 'disable',
    application_name: applicationName,
    ...(options === null ? {} : { options }),
    keepAlive: true,
    types: { getTypeParser: (oid: number) => parserOf(oid) } as ClientConfig['types'],
  };
}

function sslOf(tls: Tls): Exclude<ClientConfig['ssl'], undefined> {
  if (tls.mode === 'disable') return false;
  return {
    rejectUnauthorized: tls.checksCertificate,
    ...(tls.ca === null ? {} : { ca: tls.ca }),
    ...(tls.cert === null ? {} : { cert: tls.cert }),
    ...(tls.key === null ? {} : { key: tls.key }),
    ...(tls.checksName ? {} : { checkServerIdentity: () => undefined }),
  };
}

const BOOL = 16;
/** int8, int2, int4, float8, numeric: sums of the ledger are whole numbers below 2^53. */
const NUMBERS = [20, 21, 23, 701, 1700];

function parserOf(oid: number): (text: string) => Value {
  if (oid === BOOL) return (text) => text === 't';
  return NUMBERS.includes(oid) ? Number : (text) => text;
}
