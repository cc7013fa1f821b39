/**
 * Calls of a tool to its provider. While one is open it has a reservation of its own, beside that of its attempt; `calls` counts those of an
 * attempt that has ended, and is null where they did not pass through the router.
 */
export const CALLS = `
ALTER TABLE reservations ADD COLUMN attempt_id TEXT;
CREATE INDEX reservations_of_attempts ON reservations (attempt_id) WHERE attempt_id IS NOT NULL;
CREATE INDEX scopes_of_reservations ON reservation_scopes (reservation_id);

ALTER TABLE attempts ADD COLUMN calls INTEGER;
ALTER TABLE daily_usage ADD COLUMN calls INTEGER NOT NULL DEFAULT 0;
DROP VIEW usage_rows;
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
    1 AS invocations, failure IS NOT NULL AS failures, fallback AS fallbacks, 0 AS attempts, 0 AS calls,
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
    0, 0, 0, 1, coalesce(attempts.calls, 0),
    coalesce(attempts.input_tokens, 0), coalesce(attempts.cache_read_tokens, 0),
    coalesce(attempts.cache_write_tokens, 0) + coalesce(attempts.cache_write_1h_tokens, 0),
    coalesce(attempts.output_tokens, 0), coalesce(attempts.total_tokens, 0), 0,
    coalesce(attempts.charged_micro_usd, 0), coalesce(attempts.list_micro_usd, 0),
    0, attempts.basis = 'unknown' AND attempts.billing = 'api', 0, 0, 0
  FROM invocations JOIN attempts ON attempts.invocation_id = invocations.id;
`;
