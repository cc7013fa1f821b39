/**
 * What reports ask for. `usage_rows` says once what counts of an invocation, for sums by day and for reports on rows: the invocation
 * itself counts for the pair that ran last, tokens and money for the pair that used them. Sums by day outlive their rows. An attempt is closed once its invocation has a row.
 */
export const USAGE = `
ALTER TABLE invocations ADD COLUMN fallback INTEGER NOT NULL DEFAULT 0;
ALTER TABLE invocations ADD COLUMN compared_micro_usd INTEGER;
ALTER TABLE invocations ADD COLUMN preferred_micro_usd INTEGER;
UPDATE invocations SET fallback = 1 WHERE because LIKE '%"rule":"fallback"%';

ALTER TABLE attempts ADD COLUMN closed INTEGER NOT NULL DEFAULT 0;
UPDATE attempts SET closed = 1 WHERE invocation_id IN (SELECT id FROM invocations);
DROP INDEX attempts_interrupted;
CREATE INDEX attempts_open ON attempts (day) WHERE closed = 0;

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
    1 AS invocations, failure IS NOT NULL AS failures, fallback AS fallbacks, 0 AS attempts,
    0 AS input_tokens, 0 AS cache_read_tokens, 0 AS cache_write_tokens, 0 AS output_tokens, 0 AS total_tokens,
    total_tokens IS NULL AND failure IS NULL AS without_tokens,
    0 AS charged_micro_usd, 0 AS list_micro_usd,
    coalesce(basis = 'unknown' AND billing = 'api', 0) AS without_price, 0 AS attempts_without_price,
    preferred_micro_usd IS NOT NULL AS compared,
    CASE WHEN preferred_micro_usd IS NULL THEN 0 ELSE coalesce(compared_micro_usd, 0) END AS compared_micro_usd,
    coalesce(preferred_micro_usd, 0) AS preferred_micro_usd
  FROM invocations
  UNION ALL
  SELECT invocations.id, invocations.day, coalesce(invocations.agent, ''), attempts.tool, coalesce(attempts.model, ''),
    session, tags, NULL, NULL,
    0, 0, 0, 1,
    coalesce(attempts.input_tokens, 0), coalesce(attempts.cache_read_tokens, 0),
    coalesce(attempts.cache_write_tokens, 0) + coalesce(attempts.cache_write_1h_tokens, 0),
    coalesce(attempts.output_tokens, 0), coalesce(attempts.total_tokens, 0), 0,
    coalesce(attempts.charged_micro_usd, 0), coalesce(attempts.list_micro_usd, 0),
    0, attempts.basis = 'unknown' AND attempts.billing = 'api', 0, 0, 0
  FROM invocations JOIN attempts ON attempts.invocation_id = invocations.id;

DROP TABLE daily_usage;
CREATE TABLE daily_usage (
  day TEXT NOT NULL,
  agent TEXT NOT NULL,
  tool TEXT NOT NULL,
  model TEXT NOT NULL,
  invocations INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  fallbacks INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  cache_read_tokens INTEGER NOT NULL,
  cache_write_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  total_tokens INTEGER NOT NULL,
  without_tokens INTEGER NOT NULL,
  charged_micro_usd INTEGER NOT NULL,
  list_micro_usd INTEGER NOT NULL,
  without_price INTEGER NOT NULL,
  attempts_without_price INTEGER NOT NULL,
  compared INTEGER NOT NULL,
  compared_micro_usd INTEGER NOT NULL,
  preferred_micro_usd INTEGER NOT NULL,
  PRIMARY KEY (day, agent, tool, model)
) STRICT, WITHOUT ROWID;
INSERT INTO daily_usage
  SELECT day, agent, tool, model, sum(invocations), sum(failures), sum(fallbacks), sum(attempts), sum(input_tokens),
    sum(cache_read_tokens), sum(cache_write_tokens), sum(output_tokens), sum(total_tokens), sum(without_tokens),
    sum(charged_micro_usd), sum(list_micro_usd), sum(without_price), sum(attempts_without_price), sum(compared),
    sum(compared_micro_usd), sum(preferred_micro_usd)
  FROM usage_rows GROUP BY 1, 2, 3, 4;

CREATE TABLE daily_failures (
  day TEXT NOT NULL,
  agent TEXT NOT NULL,
  tool TEXT NOT NULL,
  model TEXT NOT NULL,
  failure TEXT NOT NULL,
  invocations INTEGER NOT NULL,
  PRIMARY KEY (day, agent, tool, model, failure)
) STRICT, WITHOUT ROWID;
INSERT INTO daily_failures
  SELECT day, agent, tool, model, failure, count(*) FROM usage_rows WHERE failure IS NOT NULL GROUP BY 1, 2, 3, 4, 5;

CREATE TABLE daily_latencies (
  day TEXT NOT NULL,
  agent TEXT NOT NULL,
  tool TEXT NOT NULL,
  model TEXT NOT NULL,
  about_ms INTEGER NOT NULL,
  invocations INTEGER NOT NULL,
  PRIMARY KEY (day, agent, tool, model, about_ms)
) STRICT, WITHOUT ROWID;
INSERT INTO daily_latencies
  SELECT day, agent, tool, model, about_ms, count(*) FROM usage_rows WHERE about_ms IS NOT NULL GROUP BY 1, 2, 3, 4, 5;

CREATE TABLE daily_interrupted (
  day TEXT PRIMARY KEY,
  runs INTEGER NOT NULL,
  micro_usd INTEGER NOT NULL
) STRICT;

CREATE TABLE upkeep (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  looked_on TEXT NOT NULL,
  rows_since TEXT NOT NULL
) STRICT;
INSERT INTO upkeep VALUES (1, '', '');
`;
