import type { Attempt } from '../domain/attempt.js';
import { toUsd } from '../domain/cost.js';
import type { RunEvent } from '../domain/events.js';
import type { Failure } from '../domain/failure.js';
import type { Invocation } from '../domain/invocation.js';
import type { TokenCounter, Usage } from '../domain/usage.js';
import { isViolation, lacksKey, refusalsOf } from '../policy/audit.js';
import { NONE } from './definitions.js';
import { type CandidateLabels, pairLabel } from './labels.js';
import type { MetricRegistry } from './registry.js';
import type { RunContext } from './run-context.js';

/** Counts what an event of a run says has ended; `agent` is the agent of the run. */
export function countEvent(run: RunContext, agent: string | null, event: RunEvent): void {
  switch (event.type) {
    case 'attempt.finished':
      countAttempt(run, agent, event.record);
      break;
    case 'fallback':
      countFallback(run, event);
      break;
    case 'retry.scheduled':
      if (event.reason === 'rate_limit')
        run.registry.measure('llm_rate_limit_retry_delay_seconds', {}, event.delayMs / 1000);
      break;
    case 'invocation.finished':
      countInvocation(run, event.invocation);
      break;
    // The others are about what goes on.
    case 'invocation.started':
    case 'plan':
    case 'attempt.started':
    case 'output.delta':
    case 'output.restart':
    case 'tool.activity':
    case 'queue.wait':
    case 'budget.warning':
      break;
  }
}

function countAttempt(run: RunContext, agent: string | null, record: Attempt): void {
  const { registry } = run;
  const labels = run.labels.candidate(record);
  const { tool, model } = labels;
  registry.add('llm_attempts_total', { tool, model, status: record.status });
  countTokens(run, labels, record.usage);
  countCost(run, { agent: run.labels.agent(agent), ...labels }, record);
  if (record.failure === null) return;
  registry.add('llm_errors_total', { ...labels, error_type: record.failure.type });
  if (record.failure.type === 'rate_limit') registry.add('llm_rate_limit_errors_total', labels);
}

/** The counters that make up each type of tokens. */
const TOKEN_TYPES: Readonly<Record<string, readonly TokenCounter[]>> = {
  input: ['inputTokens'],
  cache_read: ['cacheReadTokens'],
  cache_write: ['cacheWriteTokens', 'cacheWrite1hTokens'],
  output: ['outputTokens'],
  reasoning: ['reasoningTokens'],
};

function countTokens({ registry }: RunContext, labels: CandidateLabels, usage: Usage | null): void {
  for (const [token_type, counters] of Object.entries(TOKEN_TYPES)) {
    const reported = counters.map((counter) => usage?.[counter] ?? null).filter((tokens) => tokens !== null);
    if (reported.length === 0) continue;
    const tokens = reported.reduce((sum, one) => sum + one, 0);
    registry.add('llm_tokens_total', { ...labels, token_type }, tokens);
  }
}

/** A subscription charges nothing also where the list price is unknown: that 0 says nothing about the cost. */
function countCost(
  { registry }: RunContext,
  labels: CandidateLabels & { agent: string },
  { cost: { chargedMicroUsd, basis } }: Attempt,
): void {
  if (chargedMicroUsd === null || (basis === 'unknown' && chargedMicroUsd === 0)) return;
  registry.add('llm_cost_usd_total', { ...labels, basis }, toUsd(chargedMicroUsd));
}

function countFallback(
  { registry, labels }: RunContext,
  { from, to, failure }: Extract<RunEvent, { type: 'fallback' }>,
): void {
  registry.add('llm_fallbacks_total', {
    from: pairLabel(labels.candidate(from)),
    to: pairLabel(labels.candidate(to)),
    reason: failure.type,
  });
}

/** Counts a request that was refused before there was a run: the queue of the server was full, or it could not be planned. */
export function countRefused(registry: MetricRegistry, { type }: Failure): void {
  const labels = { provider: NONE, tool: NONE, model: NONE };
  countRequest(registry, labels, type === 'cancelled' ? 'cancelled' : 'failed');
  registry.add('llm_errors_total', { ...labels, error_type: type });
}

const STATUSES = ['succeeded', 'failed', 'cancelled'] as const;

function countRequest(registry: MetricRegistry, labels: CandidateLabels, ended: string): void {
  // A share of failures needs all its parts from the beginning.
  for (const status of STATUSES) registry.add('llm_requests_total', { ...labels, status }, 0);
  registry.add('llm_requests_total', { ...labels, status: ended });
}

function countInvocation(run: RunContext, invocation: Invocation): void {
  const { registry } = run;
  const { failure, attempts, latencyMs } = invocation;
  const labels = run.labels.candidate(invocation);
  countRequest(registry, labels, invocation.status);
  registry.measure('llm_request_duration_seconds', labels, latencyMs / 1000);
  if (failure !== null && attempts.length === 0)
    registry.add('llm_errors_total', { ...labels, error_type: failure.type });
  countRefusals(run, invocation);
}

/** The refusals that the audit log has, too. */
function countRefusals({ registry, labels }: RunContext, invocation: Invocation): void {
  const agent = labels.agent(invocation.agent);
  for (const refused of refusalsOf(invocation)) {
    const { tool, model } = labels.candidate(refused);
    if (isViolation(refused)) registry.add('llm_governance_violations_total', { agent, model });
    if (lacksKey(refused)) registry.add('llm_missing_key_total', { tool });
  }
}
