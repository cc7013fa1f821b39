/** Text that is compared byte by byte: ids, days and names. */
const NAME = 'text COLLATE "C"';

/** Far more than one run can use; the sums of ten thousand such rows still fit a column. */
const MOST = 100_000_000_000_000;

/** No row holds a figure that cannot be true: a negative cost would give a budget back, and an absurd one would end every sum. */
const AMOUNT = `bigint CHECK (%s BETWEEN 0 AND ${MOST})`;
const amounts = (names: readonly string[], more = '') =>
  names.map((name) => `${name} ${AMOUNT.replace('%s', name)}${more}`).join(',\n  ');

const USED = [
  'input_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'cache_write_1h_tokens',
  'output_tokens',
  'reasoning_tokens',
  'total_tokens',
  'charged_micro_usd',
  'list_micro_usd',
];

const SUMS = [
  'invocations',
  'failures',
  'fallbacks',
  'attempts',
  'calls',
  'input_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'output_tokens',
  'total_tokens',
  'without_tokens',
  'charged_micro_usd',
  'list_micro_usd',
  'without_price',
  'attempts_without_price',
  'compared',
  'compared_micro_usd',
  'preferred_micro_usd',
]
  .map((name) => `${name} bigint NOT NULL`)
  .join(',\n  ');

/** The three tables of sums by these columns. */
const sums = (prefix: string, keys: readonly string[]) => {
  const columns = keys.map((key) => `${key} ${NAME} NOT NULL`).join(',\n  ');
  const table = (name: string, more: string, key: string) => `
CREATE TABLE ${prefix}_${name} (
  ${columns},
  ${more},
  PRIMARY KEY (${[...keys, ...(key === '' ? [] : [key])].join(', ')})
);`;
  return [
    table('usage', SUMS, ''),
    table('failures', `failure ${NAME} NOT NULL,\n  invocations bigint NOT NULL`, 'failure'),
    table('latencies', 'about_ms bigint NOT NULL,\n  invocations bigint NOT NULL', 'about_ms'),
  ].join('\n');
};

/**
 * Everything that runs of a team share: what is reserved, what was spent by scope and day, the rows of attempts and invocations and their
 * sums, the slots of tools, and nested runs.
 */
export const FIRST = `
CREATE TABLE reservations (
  id ${NAME} PRIMARY KEY,
  attempt_id ${NAME},
  invocation_id ${NAME} NOT NULL,
  n bigint NOT NULL,
  day ${NAME} NOT NULL,
  scopes text NOT NULL,
  agent text,
  tool text NOT NULL,
  model text,
  ${amounts(['micro_usd', 'seen_micro_usd'], ' NOT NULL')},
  begun smallint NOT NULL,
  created_ms bigint NOT NULL,
  expires_ms bigint NOT NULL,
  owner text NOT NULL,
  source ${NAME},
  drawn smallint NOT NULL,
  place bigint GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX reservations_of_attempts ON reservations (attempt_id) WHERE attempt_id IS NOT NULL;
CREATE INDEX reservations_by_invocation ON reservations (invocation_id);

CREATE TABLE reservation_scopes (
  scope ${NAME} NOT NULL,
  reservation_id ${NAME} NOT NULL,
  micro_usd bigint NOT NULL CHECK (micro_usd >= 0),
  drawn smallint NOT NULL,
  PRIMARY KEY (scope, reservation_id)
);
CREATE INDEX reservation_scopes_by_reservation ON reservation_scopes (reservation_id);

CREATE TABLE spend (
  scope ${NAME} NOT NULL,
  day ${NAME} NOT NULL,
  micro_usd bigint NOT NULL,
  PRIMARY KEY (scope, day)
);

CREATE TABLE attempts (
  id ${NAME} PRIMARY KEY,
  invocation_id ${NAME} NOT NULL,
  n bigint NOT NULL,
  day ${NAME} NOT NULL,
  scopes text NOT NULL,
  agent text,
  tool text NOT NULL,
  model text,
  provider text,
  started_ms bigint NOT NULL,
  status text NOT NULL,
  failure text,
  latency_ms bigint,
  ${amounts(USED)},
  basis text NOT NULL,
  billing text NOT NULL,
  ${amounts(['counted_micro_usd', 'overrun_micro_usd'], ' NOT NULL')},
  ${amounts(['reserved_micro_usd'])},
  calls bigint,
  final smallint NOT NULL,
  closed smallint NOT NULL DEFAULT 0
);
CREATE INDEX attempts_by_invocation ON attempts (invocation_id);
CREATE INDEX attempts_open ON attempts (day) WHERE closed = 0;

CREATE TABLE invocations (
  id ${NAME} PRIMARY KEY,
  trace_id text NOT NULL,
  parent_id text,
  session ${NAME},
  day ${NAME} NOT NULL,
  started_ms bigint NOT NULL,
  project text NOT NULL,
  policy text NOT NULL,
  agent text,
  source_agent text,
  tool text,
  model text,
  status text NOT NULL,
  failure text,
  attempts bigint NOT NULL,
  latency_ms bigint NOT NULL,
  ${amounts(USED)},
  basis text,
  billing text,
  because text NOT NULL,
  tags text NOT NULL,
  forced smallint NOT NULL,
  justification text,
  fallback smallint NOT NULL,
  compared_micro_usd bigint,
  preferred_micro_usd bigint
);
CREATE INDEX invocations_by_day ON invocations (day);
CREATE INDEX invocations_by_session ON invocations (session) WHERE session IS NOT NULL;
CREATE INDEX invocations_without_price ON invocations (day) WHERE basis = 'unknown' AND billing = 'api';

CREATE VIEW usage_rows AS
  SELECT id AS invocation_id, day, coalesce(agent, '') AS agent, coalesce(tool, '') AS tool, coalesce(model, '') AS model,
    session, tags, failure,
    CASE WHEN failure IS NOT NULL THEN NULL
      WHEN latency_ms < 100 THEN latency_ms
      WHEN latency_ms < 1000 THEN (latency_ms + 5) / 10 * 10
      WHEN latency_ms < 10000 THEN (latency_ms + 50) / 100 * 100
      WHEN latency_ms < 100000 THEN (latency_ms + 500) / 1000 * 1000
      WHEN latency_ms < 1000000 THEN (latency_ms + 5000) / 10000 * 10000
      ELSE (latency_ms + 50000) / 100000 * 100000 END AS about_ms,
    1 AS invocations, (failure IS NOT NULL)::int AS failures, fallback::int AS fallbacks, 0 AS attempts, 0::bigint AS calls,
    0::bigint AS input_tokens, 0::bigint AS cache_read_tokens, 0::bigint AS cache_write_tokens, 0::bigint AS output_tokens,
    0::bigint AS total_tokens, (total_tokens IS NULL AND failure IS NULL)::int AS without_tokens,
    0::bigint AS charged_micro_usd, 0::bigint AS list_micro_usd,
    coalesce(basis = 'unknown' AND billing = 'api', false)::int AS without_price, 0 AS attempts_without_price,
    (preferred_micro_usd IS NOT NULL)::int AS compared,
    CASE WHEN preferred_micro_usd IS NULL THEN 0 ELSE coalesce(compared_micro_usd, 0) END AS compared_micro_usd,
    coalesce(preferred_micro_usd, 0) AS preferred_micro_usd
  FROM invocations
  UNION ALL
  SELECT invocations.id, invocations.day, coalesce(invocations.agent, ''), attempts.tool, coalesce(attempts.model, ''),
    session, tags, NULL, NULL,
    0, 0, 0, 1, coalesce(attempts.calls, 0),
    coalesce(attempts.input_tokens, 0), coalesce(attempts.cache_read_tokens, 0),
    coalesce(attempts.cache_write_tokens, 0) + coalesce(attempts.cache_write_1h_tokens, 0),
    coalesce(attempts.output_tokens, 0), coalesce(attempts.total_tokens, 0), 0,
    coalesce(attempts.charged_micro_usd, 0), coalesce(attempts.list_micro_usd, 0),
    0, (attempts.basis = 'unknown' AND attempts.billing = 'api')::int, 0, 0, 0
  FROM invocations JOIN attempts ON attempts.invocation_id = invocations.id;
${sums('daily', ['day', 'agent', 'tool', 'model'])}
${sums('daily_session', ['day', 'session', 'agent', 'tool', 'model'])}

CREATE TABLE daily_interrupted (
  day ${NAME} PRIMARY KEY,
  runs bigint NOT NULL,
  micro_usd bigint NOT NULL
);

CREATE TABLE upkeep (
  id smallint PRIMARY KEY CHECK (id = 1),
  looked_on ${NAME} NOT NULL,
  rows_since ${NAME} NOT NULL
);
INSERT INTO upkeep VALUES (1, '', '');

CREATE TABLE nested_runs (
  id ${NAME} PRIMARY KEY,
  parent_id ${NAME},
  family_id ${NAME},
  day ${NAME} NOT NULL,
  refused smallint NOT NULL
);
CREATE INDEX nested_runs_by_parent ON nested_runs (parent_id);
CREATE INDEX nested_runs_by_family ON nested_runs (family_id);
CREATE INDEX nested_runs_by_day ON nested_runs (day);

CREATE TABLE slots (
  id ${NAME} PRIMARY KEY,
  place bigint GENERATED ALWAYS AS IDENTITY,
  tool ${NAME} NOT NULL,
  state text NOT NULL,
  shared smallint NOT NULL,
  since_ms bigint NOT NULL,
  expires_ms bigint NOT NULL,
  owner text NOT NULL
);
CREATE INDEX slots_by_tool ON slots (tool, state, place);

CREATE TABLE starts (
  id ${NAME} PRIMARY KEY,
  tool ${NAME} NOT NULL,
  at_ms bigint NOT NULL
);
CREATE INDEX starts_by_tool ON starts (tool, at_ms);
`;
