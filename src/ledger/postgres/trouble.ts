import { nearWord } from '../../diagnostics/suggest.js';
import type { UrlFault } from '../../domain/postgres-url.js';
import type { LedgerTrouble } from '../trouble.js';
import { UNBOUND } from './channel-binding.js';
import { ServerFailure } from './failure.js';
import { quotedName } from './literal.js';

/** Describes what the server has answered; any other error is a bug and is rethrown. `shown` is the URL without secrets. */
export function serverTrouble(error: unknown, shown: string): LedgerTrouble {
  if (!(error instanceof ServerFailure)) throw error;
  const found = known(error) ?? { kind: 'io' as const, why: 'has failed', hint: LOOK };
  const hint = found === DENIED ? (error.passwordHint ?? found.hint) : found.hint;
  return { kind: found.kind, message: `the ledger \`${shown}\` ${found.why}: ${reason(error)}`, hint };
}

/** What `pg` says where the server asks for a password that it was not given. */
const NO_PASSWORD = /password must be a (non-empty )?string|no password/i;

/** One line: a server may answer with several. */
function reason({ message }: ServerFailure): string {
  const line = message.split('\n', 1)[0] ?? '';
  return NO_PASSWORD.test(line) ? 'it asks for a password, and none is stated' : line;
}

interface Known {
  kind: LedgerTrouble['kind'];
  why: string;
  hint: string;
}

const LOOK = '`llm-router doctor` looks at the ledger';

function known({ code, message, isLost }: ServerFailure): Known | null {
  const byMessage = BY_MESSAGE.find(([pattern]) => pattern.test(message));
  const stated = byMessage?.[1] ?? BY_CODE[code] ?? null;
  if (stated !== null) return stated;
  if (CERTIFICATE.test(code)) return UNTRUSTED;
  return isLost ? AWAY : null;
}

const AWAY: Known = {
  kind: 'away',
  why: 'cannot be reached',
  hint: 'check host, port and network; `connect_timeout` of `ledger` says how long it is tried',
};

const RIGHTS: Known = {
  kind: 'no_rights',
  why: 'does not let this role do what a ledger needs',
  hint: 'docs/teams.md has the rights of the owner and of a plain user',
};

const DENIED: Known = {
  kind: 'denied',
  why: 'does not let this user in',
  hint: 'state the password with `url_env`, `PGPASSWORD`, `~/.pgpass` or a service file',
};

const REFUSED: Known = {
  ...DENIED,
  hint: 'check the user and the password, which is from the URL, `PGPASSWORD`, `~/.pgpass` or a service file',
};

/** Codes of OpenSSL for a certificate that it does not take. */
const CERTIFICATE = /CERT|^UNABLE_TO_|^CRL_/;

const UNTRUSTED: Known = {
  kind: 'away',
  why: 'has a certificate that is not trusted',
  hint: 'name the file of the certificate authority that signed it with `sslrootcert`',
};

const READ_ONLY: Known = {
  kind: 'read_only',
  why: 'can only be read',
  hint: 'name the primary server, not a replica, and a role or database without `default_transaction_read_only`',
};

const BUSY: Known = {
  kind: 'busy',
  why: 'is held by others for too long',
  hint: 'try again; `pg_stat_activity` shows who holds it',
};

const FULL: Known = { kind: 'full', why: 'cannot grow', hint: 'free the disk of the server' };

/** What has a code that says too little, or none. */
const BY_MESSAGE: readonly [RegExp, Known][] = [
  [NO_PASSWORD, DENIED],
  [
    /no pg_hba\.conf entry .*no encryption/,
    {
      ...DENIED,
      hint: 'encrypt the connection with `sslmode=require`, or let it in by `pg_hba.conf` of the server',
    },
  ],
  [/no pg_hba\.conf entry/, { ...DENIED, hint: 'let it in by `pg_hba.conf` of the server' }],
  [
    /requires a valid client certificate|certificate authentication failed/,
    { ...DENIED, hint: 'name a certificate for this user and its key with `sslcert` and `sslkey`' },
  ],
  [
    new RegExp(UNBOUND),
    {
      ...DENIED,
      hint: 'the server offers it with TLS for a password of `scram-sha-256`; `channel_binding=prefer` does without where it must',
    },
  ],
  [
    /invalid command-line argument/,
    {
      kind: 'bad_url',
      why: 'does not take the `options` of its URL',
      hint: 'correct them, or leave them out',
    },
  ],
  [
    /disconnected before secure TLS/,
    {
      ...AWAY,
      hint: 'the log of the server may say why; `sslnegotiation=direct` needs PostgreSQL 17',
    },
  ],
  [
    /does not support SSL/,
    {
      ...AWAY,
      why: 'has no TLS',
      hint: 'turn it on with `ssl = on` of the server, or do without by `sslmode=prefer`',
    },
  ],
];

const BY_CODE: Readonly<Record<string, Known>> = {
  '28P01': REFUSED,
  '28000': REFUSED,
  '3D000': { kind: 'no_database', why: 'is not there', hint: 'create it with `createdb`, or name another' },
  '42501': RIGHTS,
  '25006': READ_ONLY,
  '53100': FULL,
  '53200': { ...BUSY, why: 'has no memory left' },
  '53300': {
    kind: 'busy',
    why: 'has no connection left',
    hint: 'raise `max_connections` of the server, or put PgBouncer before it',
  },
  '55P03': BUSY,
  '57014': BUSY,
  ERR_TLS_CERT_ALTNAME_INVALID: {
    ...UNTRUSTED,
    why: 'has a certificate for another host',
    hint: 'name the host as its certificate does, or check the authority alone with `sslmode=verify-ca`',
  },
};

/** The schema was made by a later version of the router. */
export function newerSchema(shown: string): LedgerTrouble {
  return {
    kind: 'newer',
    message: `the ledger \`${shown}\` was migrated by a newer version of llm-router`,
    hint: 'update llm-router',
  };
}

/** The schema lacks what this version of the router needs. */
export function olderSchema(shown: string, version: number): LedgerTrouble {
  return {
    kind: 'older',
    message: `the schema of the ledger \`${shown}\` is of version ${version}, which is older than this llm-router`,
    hint: 'its owner brings it up to date with `llm-router ledger migrate`; routers of older versions cannot use it from then on',
  };
}

/** The schema is not there, and this role may not make it. */
export function noSchema(shown: string, schema: string): LedgerTrouble {
  return {
    kind: 'no_rights',
    message: `the ledger \`${shown}\` has no schema \`${schema}\` that this role may use`,
    hint: 'its owner makes it with `llm-router ledger migrate` and grants the rights of docs/teams.md',
  };
}

/** The schema is there, and this role may not read and write all of it. */
export function noRights(shown: string, { schema, role }: { schema: string; role: string }): LedgerTrouble {
  return {
    kind: 'no_rights',
    message: `the role \`${role}\` lacks rights in the schema \`${schema}\` of the ledger \`${shown}\``,
    hint: `its owner grants them:\n${grantsFor(schema, role).join('\n')}`,
  };
}

/** Server, database or role take no writes. */
export function readOnly(shown: string): LedgerTrouble {
  const { kind, why, hint } = READ_ONLY;
  return { kind, message: `the ledger \`${shown}\` ${why}`, hint };
}

/** The role is not the owner of the schema, and may not make one. */
export function mayNotMigrate(
  shown: string,
  { schema, role }: { schema: string; role: string },
): LedgerTrouble {
  return {
    kind: 'no_rights',
    message: `the role \`${role}\` may not make or change the schema \`${schema}\` of the ledger \`${shown}\``,
    hint: 'run `llm-router ledger migrate` with the URL of its owner; docs/teams.md has the roles',
  };
}

/** The statements that give a role what runs need. */
export function grantsFor(schema: string, role: string): string[] {
  const [place, to] = [plainName(schema), plainName(role)];
  return [
    `GRANT USAGE ON SCHEMA ${place} TO ${to};`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${place} TO ${to};`,
  ];
}

function plainName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : quotedName(name);
}

/** The schema holds tables of another program. */
export function foreignSchema(shown: string, schema: string): LedgerTrouble {
  return {
    kind: 'foreign',
    message: `the schema \`${schema}\` of \`${shown}\` has tables, but not those of a ledger`,
    hint: 'name another one with `schema` of `ledger`',
  };
}

/** The URL cannot be used. */
export function badUrl(shown: string, { why, unknown }: UrlFault): LedgerTrouble {
  // Of what is no URL at all nothing may be shown.
  const url = shown === '://' ? 'the URL' : `the URL \`${shown}\``;
  const message = `${url} of the ledger ${why}${nearWord(unknown)}`;
  return { kind: 'bad_url', message, hint: EXAMPLE };
}

/** There is no URL; `variable` should hold one. */
export function noUrl(variable: string | null): LedgerTrouble {
  const why =
    variable === null
      ? 'the URL of the ledger is empty'
      : `the ledger has no URL: \`${variable}\` is not set`;
  const hint = variable === null ? EXAMPLE : `set it: \`export ${variable}='${EXAMPLE_URL}'\``;
  return { kind: 'bad_url', message: why, hint };
}

const EXAMPLE_URL = 'postgres://user@host:5432/database?sslmode=verify-full';
const EXAMPLE = `it looks like \`${EXAMPLE_URL}\``;
