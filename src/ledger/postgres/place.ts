/** Which PostgreSQL database holds the ledger, and how it is used. */
export interface PostgresPlace {
  /** `postgres://…`; may hold a password. */
  url: string;
  /** The variable that the URL is from; `null` or absent: it is not from one. */
  urlEnv?: string | null;
  /** A URL whose password is used too, if it names the same user, host and database; `null` or absent: none. */
  passwordUrl?: string | null;
  /** The schema that holds all tables of the ledger. */
  schema: string;
  /** How long what a process holds is kept without a sign of life from it, ms. */
  leaseMs: number;
  /** How long to wait for a connection, ms; `connect_timeout` of the URL comes first. */
  connectTimeoutMs: number;
  /** Where the variables of libpq are: `PGHOST`, `PGPASSWORD`, `PGSERVICE`, … */
  env: Readonly<Record<string, string | undefined>>;
}
