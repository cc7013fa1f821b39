/** What a metric is: its labels in their order, and of a histogram the upper bounds of its buckets. */
export interface MetricDefinition {
  type: 'counter' | 'gauge' | 'histogram';
  labels: readonly LabelName[];
  /** Seconds; of histograms only. */
  buckets?: readonly number[];
  help: string;
}

/** Every label, and its values. */
export const LABELS = {
  provider:
    'Provider of the model by its catalogue entry; `unknown`: the entry names none, or there is no entry',
  tool: 'Tool by its name in the config',
  model: 'Model by its name in the config; `none`: the tool has no models',
  agent: 'Agent by its name in the config; `none`: the request named none and there is no default',
  status: '`succeeded`, `failed` or `cancelled`',
  token_type:
    '`input` (without cached tokens), `cache_read`, `cache_write`, `output` (with reasoning), `reasoning` (part of the output)',
  basis:
    '`reported` by the tool, `computed` from catalogue prices, `estimated`, or `unknown`: the known part of a cost that is not known in full',
  error_type: 'Word of the failure, as in documents, logs and the ledger',
  from: 'Candidate that failed: `tool:model`, or the tool alone if it has no models',
  to: 'Candidate that is tried next, written likewise',
  reason: 'Word of the failure that led to the fallback',
  scope: '`global`, `policy:NAME`, `agent:NAME`, or `agent:none` for runs without an agent',
  window: '`daily` or `monthly`, both in UTC',
} as const;

export type LabelName = keyof typeof LABELS;

/** The value of names that are not in the config. */
export const OTHER = 'other';
/** The value where there is nothing to name. */
export const NONE = 'none';
/** The provider of a model that has none in the catalogue. */
export const UNKNOWN = 'unknown';

const CANDIDATE = ['provider', 'tool', 'model'] as const;
const DURATION = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300] as const;

/** Every metric of `/metrics`, in the order in which it is shown. */
export const METRICS = {
  llm_requests_total: {
    type: 'counter',
    labels: [...CANDIDATE, 'status'],
    help: 'Requests that have ended, by the candidate that answered or was tried last',
  },
  llm_request_duration_seconds: {
    type: 'histogram',
    labels: CANDIDATE,
    buckets: DURATION,
    help: 'Time of an invocation from the end of its planning to its end, with queues, retries and fallbacks',
  },
  llm_time_to_first_token_seconds: {
    type: 'histogram',
    labels: CANDIDATE,
    buckets: DURATION,
    help: 'Time from the start of a tool or request to the first text of its answer, or to all of it if it comes in one piece',
  },
  llm_tokens_total: {
    type: 'counter',
    labels: [...CANDIDATE, 'token_type'],
    help: 'Tokens that tools and providers reported, failed attempts included',
  },
  llm_cost_usd_total: {
    type: 'counter',
    labels: ['agent', ...CANDIDATE, 'basis'],
    help: 'Charged cost of attempts in US dollars; what is unknown is left out, not counted as 0',
  },
  llm_errors_total: {
    type: 'counter',
    labels: [...CANDIDATE, 'error_type'],
    help: 'Failed attempts, and requests that failed before their first attempt',
  },
  llm_active_requests: {
    type: 'gauge',
    labels: ['provider'],
    help: 'Attempts that are running now',
  },
  llm_queue_depth: {
    type: 'gauge',
    labels: ['tool'],
    help: 'Runs of this process that wait for a slot of the tool now',
  },
  llm_attempts_total: {
    type: 'counter',
    labels: ['tool', 'model', 'status'],
    help: 'Attempts that have ended',
  },
  llm_fallbacks_total: {
    type: 'counter',
    labels: ['from', 'to', 'reason'],
    help: 'Changes to the next candidate after a failure',
  },
  llm_governance_violations_total: {
    type: 'counter',
    labels: ['agent', 'model'],
    help: 'Candidates that the governance of a policy refused, as in the audit log',
  },
  llm_missing_key_total: {
    type: 'counter',
    labels: ['tool'],
    help: 'Candidates that were refused because their API key is not set, as in the audit log',
  },
  llm_budget_spent_usd: {
    type: 'gauge',
    labels: ['scope', 'window'],
    help: 'What all processes have spent in the current window in US dollars, as the limit counts it; running attempts are not in it',
  },
  llm_budget_limit_usd: {
    type: 'gauge',
    labels: ['scope', 'window'],
    help: 'Limit of the window in US dollars, the lowest if there are several',
  },
  llm_rate_limit_errors_total: {
    type: 'counter',
    labels: CANDIDATE,
    help: 'Attempts that failed with `rate_limit`',
  },
  llm_rate_limit_retry_delay_seconds: {
    type: 'histogram',
    labels: [],
    buckets: [0.5, 1, 2, 4, 8, 16, 32, 60],
    help: 'Waits for a rate limit before another attempt, when they begin',
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricName = keyof typeof METRICS;

/** The names of the metrics of a type. */
export type NameOf<Type extends MetricDefinition['type']> = {
  [name in MetricName]: (typeof METRICS)[name]['type'] extends Type ? name : never;
}[MetricName];

/** One value for each label of a metric. */
export type LabelsOf<Name extends MetricName> = Readonly<
  Record<(typeof METRICS)[Name]['labels'][number], string>
>;
