/** Invocations, their attempts, what is reserved, and two roll-ups that are kept in the same transaction as their rows. */
export const FIRST = `
CREATE TABLE invocations (
  id TEXT PRIMARY KEY,
  trace_id TEXT NOT NULL,
  parent_id TEXT,
  session TEXT,
  day TEXT NOT NULL,
  started_ms INTEGER NOT NULL,
  project TEXT NOT NULL,
  policy TEXT NOT NULL,
  agent TEXT,
  source_agent TEXT,
  tool TEXT,
  model TEXT,
  status TEXT NOT NULL,
  failure TEXT,
  attempts INTEGER NOT NULL,
  latency_ms INTEGER NOT NULL,
  input_tokens INTEGER,
  cache_read_tokens INTEGER,
  cache_write_tokens INTEGER,
  cache_write_1h_tokens INTEGER,
  output_tokens INTEGER,
  reasoning_tokens INTEGER,
  total_tokens INTEGER,
  charged_micro_usd INTEGER,
  list_micro_usd INTEGER,
  basis TEXT,
  billing TEXT,
  because TEXT NOT NULL,
  tags TEXT NOT NULL,
  forced INTEGER NOT NULL,
  justification TEXT
) STRICT;
CREATE INDEX invocations_by_day ON invocations (day);
CREATE INDEX invocations_by_session ON invocations (session) WHERE session IS NOT NULL;

CREATE TABLE attempts (
  id TEXT PRIMARY KEY,
  invocation_id TEXT NOT NULL,
  n INTEGER NOT NULL,
  day TEXT NOT NULL,
  scopes TEXT NOT NULL,
  agent TEXT,
  tool TEXT NOT NULL,
  model TEXT,
  provider TEXT,
  started_ms INTEGER NOT NULL,
  status TEXT NOT NULL,
  failure TEXT,
  latency_ms INTEGER,
  input_tokens INTEGER,
  cache_read_tokens INTEGER,
  cache_write_tokens INTEGER,
  cache_write_1h_tokens INTEGER,
  output_tokens INTEGER,
  reasoning_tokens INTEGER,
  total_tokens INTEGER,
  charged_micro_usd INTEGER,
  list_micro_usd INTEGER,
  basis TEXT NOT NULL,
  billing TEXT NOT NULL,
  counted_micro_usd INTEGER NOT NULL,
  reserved_micro_usd INTEGER,
  overrun_micro_usd INTEGER NOT NULL,
  final INTEGER NOT NULL
) STRICT;
CREATE INDEX attempts_by_invocation ON attempts (invocation_id);
CREATE INDEX attempts_interrupted ON attempts (day) WHERE final = 0;

CREATE TABLE reservations (
  id TEXT PRIMARY KEY,
  invocation_id TEXT NOT NULL,
  n INTEGER NOT NULL,
  day TEXT NOT NULL,
  scopes TEXT NOT NULL,
  agent TEXT,
  tool TEXT NOT NULL,
  model TEXT,
  micro_usd INTEGER NOT NULL,
  seen_micro_usd INTEGER NOT NULL,
  begun INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  owner TEXT NOT NULL
) STRICT;
CREATE TABLE reservation_scopes (
  scope TEXT NOT NULL,
  reservation_id TEXT NOT NULL,
  PRIMARY KEY (scope, reservation_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE spend (
  scope TEXT NOT NULL,
  day TEXT NOT NULL,
  micro_usd INTEGER NOT NULL,
  PRIMARY KEY (scope, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE daily_usage (
  day TEXT NOT NULL,
  agent TEXT NOT NULL,
  tool TEXT NOT NULL,
  model TEXT NOT NULL,
  invocations INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  tokens INTEGER NOT NULL,
  charged_micro_usd INTEGER NOT NULL,
  list_micro_usd INTEGER NOT NULL,
  unpriced INTEGER NOT NULL,
  latency_ms INTEGER NOT NULL,
  PRIMARY KEY (day, agent, tool, model)
) STRICT, WITHOUT ROWID;
`;
