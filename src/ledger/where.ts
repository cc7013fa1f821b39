import { isPostgresUrl, urlScheme, withoutPassword } from '../domain/database-url.js';
import { ledgerFile, type PathContext } from '../paths.js';
import type { LedgerLocation } from './place.js';
import type { PostgresPlace } from './postgres/place.js';

/** What the config says about the ledger. */
export interface LedgerConfig {
  path: { value: string } | null;
  url: { value: string } | null;
  urlEnv: string | null;
  schema: string;
  leaseMs: number;
  connectTimeoutMs: number;
}

/** The default values of a config that says nothing. */
const NO_CONFIG: LedgerConfig = {
  path: null,
  url: null,
  urlEnv: null,
  schema: 'llm_router',
  leaseMs: 15_000,
  connectTimeoutMs: 5000,
};

/**
 * Where the ledger is, first match: what is `named`, by `LLM_ROUTER_LEDGER` or by a program; what the config says; the user's data
 * folder. The file may be relative.
 */
export function ledgerLocation(
  context: PathContext,
  config: LedgerConfig | null,
  named: string = context.env.LLM_ROUTER_LEDGER ?? '',
): LedgerLocation {
  const { path, url, urlEnv, ...how } = config ?? NO_CONFIG;
  const file = ledgerFile(context, path?.value ?? null);
  const { env } = context;
  const shared = (one: string, more: Pick<PostgresPlace, 'urlEnv' | 'passwordUrl'>): PostgresPlace => ({
    ...more,
    url: one,
    schema: how.schema,
    leaseMs: how.leaseMs,
    connectTimeoutMs: how.connectTimeoutMs,
    env,
  });
  const configured = url?.value ?? (urlEnv === null ? null : (env[urlEnv] ?? ''));
  // A tool hands on the URL of its router without the password.
  if (urlScheme(named) !== null) return { file, shared: shared(named, { passwordUrl: configured }) };
  if (named !== '') return { file: named, shared: null };
  return { file, shared: configured === null ? null : shared(configured, url === null ? { urlEnv } : {}) };
}

/**
 * The same as one text, for tools and records: a path, or a URL without its password, which names its schema. `ledgerLocation` finds it
 * again.
 */
export function ledgerName({ file, shared = null }: LedgerLocation): string {
  if (shared === null || !isPostgresUrl(shared.url)) return file;
  return withoutPassword(shared.url, { schema: shared.schema });
}

/** The path beside which pending records are kept. */
export async function pendingPath({ file, shared = null }: LedgerLocation): Promise<string> {
  if (shared === null) return file;
  const { sharedPendingPath } = await import('./postgres/pending-path.js');
  return sharedPendingPath(file, shared);
}
