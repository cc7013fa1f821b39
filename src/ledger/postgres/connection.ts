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
  const { tls } = settings;
  const by = (mode: Tls['mode']) => connectBy({ ...settings, tls: { ...tls, mode } }, limit);
  if (tls.mode === 'prefer') return firstOf([() => by('require'), () => by('disable')], needsPlain);
  if (tls.mode === 'allow') return firstOf([() => by('disable'), () => by('require')], isRefused);
  return by(tls.mode);
}

/** The first way, or the second where the first fails in a way that another may avoid. */
async function firstOf(
  [first, second]: readonly [() => Promise<Connection>, () => Promise<Connection>],
  isOtherTried: (failure: ServerFailure) => boolean,
): Promise<Connection> {
  try {
    return await first();
  } catch (error) {
    if (!(error instanceof ServerFailure) || !isOtherTried(error)) throw error;
    return second().catch((after: unknown) => {
      throw saysMore(error, after) ? error : after;
    });
  }
}

function isRefused({ isRefused: is }: ServerFailure): boolean {
  return is;
}

/** Unlike with libpq, a wrong password is not sent once more without TLS. */
function needsPlain(failure: ServerFailure): boolean {
  return isWithoutTls(failure) || (failure.isRefused && failure.code === NOT_FOR_THIS_USER);
}

/** Such as a connection that no line of `pg_hba.conf` is for. */
const NOT_FOR_THIS_USER = '28000';

/** The other way is not open at all. */
function saysMore(first: ServerFailure, second: unknown): boolean {
  if (!(second instanceof ServerFailure)) return false;
  return isWithoutTls(second) || (second.code === NOT_FOR_THIS_USER && first.code !== NOT_FOR_THIS_USER);
}

function isWithoutTls({ message }: ServerFailure): boolean {
  return /server does not support SSL/.test(message);
}

async function connectBy(settings: Settings, limit: AbortSignal): Promise<Connection> {
  const { Client, DatabaseError } = await import('pg');
  const client: Client = new Client(configOf(settings, () => binding.refusal));
  const binding = new ChannelBinding(partsOf(client), settings);
  let isLost = false;
  let isLetIn = false;
  partsOf(client).once('authenticationOk', () => {
    isLetIn = true;
  });
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
    const isRefused = !isLetIn && cause instanceof DatabaseError;
    throw new ServerFailure(cause, { isLost: true, isRefused, passwordHint: passwordHint(settings) });
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
