/**
 * Sums by day and session. Runs outside of any session have none: what all of a day add up to is in the sums by day. As long as the rows
 * themselves are kept, since no session outlives them.
 */
export const SESSIONS = `
CREATE TABLE daily_session_usage (
  day TEXT NOT NULL,
  session TEXT NOT NULL,
  agent TEXT NOT NULL,
  tool TEXT NOT NULL,
  model TEXT NOT NULL,
  invocations INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  fallbacks INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  calls INTEGER NOT NULL,
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
  PRIMARY KEY (day, session, agent, tool, model)
) STRICT, WITHOUT ROWID;
INSERT INTO daily_session_usage
  SELECT day, session, agent, tool, model,
    sum(invocations), sum(failures), sum(fallbacks), sum(attempts), sum(calls), sum(input_tokens),
    sum(cache_read_tokens), sum(cache_write_tokens), sum(output_tokens), sum(total_tokens),
    sum(without_tokens), sum(charged_micro_usd), sum(list_micro_usd), sum(without_price),
    sum(attempts_without_price), sum(compared), sum(compared_micro_usd), sum(preferred_micro_usd)
  FROM usage_rows WHERE session IS NOT NULL GROUP BY 1, 2, 3, 4, 5;

CREATE TABLE daily_session_failures (
  day TEXT NOT NULL,
  session TEXT NOT NULL,
  agent TEXT NOT NULL,
  tool TEXT NOT NULL,
  model TEXT NOT NULL,
  failure TEXT NOT NULL,
  invocations INTEGER NOT NULL,
  PRIMARY KEY (day, session, agent, tool, model, failure)
) STRICT, WITHOUT ROWID;
INSERT INTO daily_session_failures
  SELECT day, session, agent, tool, model, failure, count(*)
  FROM usage_rows WHERE session IS NOT NULL AND failure IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6;

CREATE TABLE daily_session_latencies (
  day TEXT NOT NULL,
  session TEXT NOT NULL,
  agent TEXT NOT NULL,
  tool TEXT NOT NULL,
  model TEXT NOT NULL,
  about_ms INTEGER NOT NULL,
  invocations INTEGER NOT NULL,
  PRIMARY KEY (day, session, agent, tool, model, about_ms)
) STRICT, WITHOUT ROWID;
INSERT INTO daily_session_latencies
  SELECT day, session, agent, tool, model, about_ms, count(*)
  FROM usage_rows WHERE session IS NOT NULL AND about_ms IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6;
`;
