import { LABELS, METRICS, type MetricDefinition } from '../src/metrics/definitions.js';

/** The reference page of metrics, made from their definitions. */
export function metricsPage(): string {
  const metrics = Object.entries<MetricDefinition>(METRICS);
  return [
    INTRODUCTION,
    ['| metric | type | labels | what it counts |', '|---|---|---|---|', ...metrics.map(row)].join('\n'),
    '## Buckets',
    metrics
      .flatMap(([name, { buckets }]) => (buckets === undefined ? [] : [bucketLine(name, buckets)]))
      .join('\n'),
    '## Labels',
    'Label values come from the config alone. A name that a caller makes up, such as an id that a tool with `models: ["*"]` passes on, is\n`other`, so that no caller can add time series. Session, tags and source agent are in the ledger and the log, not in labels.',
    [
      '| label | values |',
      '|---|---|',
      ...Object.entries(LABELS).map(([name, about]) => `| \`${name}\` | ${cell(about)} |`),
    ].join('\n'),
    NOTES,
  ].join('\n\n');
}

const INTRODUCTION = `# Metrics

\`llm-router serve\` answers \`GET /metrics\` in the text format of Prometheus, and the JSON-RPC method \`llm.metrics\` with sums of the same
counters. They begin at 0 with the server. Dashboard, alert rules and examples for Prometheus and Alertmanager are in
[deploy/](../../deploy/README.md).`;

const NOTES = `## What to know

- \`llm_requests_total\` counts requests, \`llm_attempts_total\` the attempts in them: retries and fallbacks are further attempts. A
  request that was refused before any attempt, since the queue of the server is full, a policy or budget does not allow it, or its
  agent is unknown, is a failed one of tool \`none\`. One that is malformed or has no token is in neither.
- \`llm_cost_usd_total\` has charged costs. An attempt without a price is left out, not counted as 0; subscriptions and free tools
  charge 0.
- \`llm_budget_spent_usd\` and \`llm_budget_limit_usd\` are read from the ledger at each scrape, so that they hold what all processes
  spend, \`exec\` too. As in \`llm-router budget\`, an attempt whose cost is not known counts with what was reserved for it, so this can
  be more than \`llm_cost_usd_total\`. When the ledger cannot be read, the spend is missing and the server warns.
- \`llm_governance_violations_total\` and \`llm_missing_key_total\` count what the [audit log](../audit.md) records. What the config says may
  happen is shown at 0 from the start, since Prometheus sees no increase in a series that begins at 1.
- \`llm_queue_depth\` counts the runs of this server; those of other processes wait in the same queues.

## Other names

| elsewhere | here |
|---|---|
| \`llm_requests_duration_seconds\` | \`llm_request_duration_seconds\` |
| \`token_type="prompt"\`, \`"completion"\` | \`token_type="input"\`, \`"output"\`, and the cached tokens apart |
| \`status="success"\`, \`"error"\` | \`status="succeeded"\`, \`"failed"\`, \`"cancelled"\` |
| \`provider="claude-code"\` | \`tool="claude-code"\`; \`provider\` is who makes the model |
`;

function row([name, { type, labels, help }]: [string, MetricDefinition]): string {
  return `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${cell(help)} |`;
}

function bucketLine(name: string, buckets: readonly number[]): string {
  return `- \`${name}\`: ${buckets.join(', ')} seconds`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
