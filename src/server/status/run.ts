import { formatDuration } from '../../domain/duration.js';
import { isMap } from '../../domain/lookup.js';
import type {
  AttemptStatus,
  CandidateStatus,
  CostStatus,
  FailureStatus,
  RejectedStatus,
  RunStatus,
  TokenStatus,
} from './document.js';
import { lineOf, linesOf, mapOf, mapsOf, numberOf, tailOf, textsOf, timeOf, type Unread } from './reading.js';

/** More candidates, attempts and events than a page can show of one run. */
const MOST = 20;
/** The rules of a plan give a candidate fewer. */
const MOST_REASONS = 10;
/** A project may be one that was cloned, with traces in it: names are cut as well. */
const NAME = 200;

/** What a page shows of a trace. The traces of a project may come from anyone, so that nothing of it is believed to be there. */
export function runOf(trace: Unread): RunStatus {
  const plan = mapOf(trace.plan);
  const request = mapOf(trace.request);
  const candidates = mapsOf(plan.candidates, MOST).map(candidateOf);
  const attempts = mapsOf(trace.attempts, MOST).map(attemptOf);
  const events = mapsOf(trace.events, MOST).map(eventOf);
  const status = nameOf(trace.status) ?? 'unknown';
  const started = timeOf(trace.started_at) ?? new Date(0).toISOString();
  return {
    id: nameOf(trace.id) ?? '',
    trace_id: nameOf(trace.trace_id),
    parent_id: nameOf(trace.parent_id),
    session: nameOf(trace.session),
    status,
    now: status === 'running' ? nowOf(attempts, events, started) : null,
    started_at: started,
    latency_ms: numberOf(trace.latency_ms),
    agent: nameOf(trace.agent),
    source_agent: nameOf(trace.source_agent),
    tool: nameOf(trace.tool),
    model: nameOf(trace.model),
    response_model: nameOf(trace.response_model),
    policy: nameOf(plan.policy),
    access: nameOf(plan.access),
    is_fallback: isFallback(candidates, attempts, trace),
    usage: tokensOf(trace.usage),
    cost: costOf(trace.cost),
    failure: failureOf(trace.failure),
    warnings: textsOf(trace.warnings, MOST),
    prompt: linesOf(request.prompt),
    answer: linesOf(trace.text),
    prompt_chars: numberOf(request.prompt_chars),
    answer_chars: numberOf(trace.text_chars),
    candidates,
    rejected: mapsOf(plan.rejected, MOST).map(rejectedOf),
    attempts,
    events,
  };
}

function nameOf(value: unknown): string | null {
  return lineOf(value, NAME);
}

/** It began with an entry of the fallback chain, or went on to another pair. */
function isFallback(
  candidates: readonly CandidateStatus[],
  attempts: readonly AttemptStatus[],
  { tool, model }: Unread,
): boolean {
  const [first] = attempts;
  const used = candidates.find((one) => one.tool === tool && one.model === model);
  const changed = first !== undefined && (first.tool !== tool || first.model !== model);
  return changed || used?.because.some(({ rule }) => rule === 'fallback') === true;
}

function candidateOf({ tool, model, because }: Unread): CandidateStatus {
  const reasons = mapsOf(because, MOST_REASONS).map(({ rule, detail, at }) => ({
    rule: nameOf(rule) ?? '',
    detail: lineOf(detail) ?? '',
    at: lineOf(at),
  }));
  return { tool: nameOf(tool) ?? '', model: nameOf(model), because: reasons };
}

function rejectedOf(one: Unread): RejectedStatus {
  return {
    tool: nameOf(one.tool),
    model: nameOf(one.model),
    reason: nameOf(one.reason) ?? '',
    detail: lineOf(one.detail) ?? '',
    hint: lineOf(one.hint),
    phase: nameOf(one.phase),
    reset_at: timeOf(one.reset_at),
  };
}

function attemptOf(one: Unread, index: number): AttemptStatus {
  return {
    n: numberOf(one.n) ?? index + 1,
    tool: nameOf(one.tool) ?? '',
    model: nameOf(one.model),
    status: nameOf(one.status) ?? 'unknown',
    started_at: timeOf(one.started_at),
    latency_ms: numberOf(one.latency_ms),
    first_output_ms: numberOf(one.first_output_ms),
    usage: tokensOf(one.usage),
    cost: costOf(one.cost),
    failure: failureOf(one.failure),
    calls: callsOf(one.calls),
    argv: Array.isArray(one.argv) ? textsOf(one.argv, MOST).map((arg) => arg.slice(0, NAME)) : null,
  };
}

function callsOf(calls: unknown): AttemptStatus['calls'] {
  if (!Array.isArray(calls)) return null;
  const failed = calls.filter((call) => isMap(call) && isMap(call.failure)).length;
  return { count: calls.length, failed };
}

function tokensOf(value: unknown): TokenStatus | null {
  if (value === null || value === undefined) return null;
  const usage = mapOf(value);
  const parts = [usage.cache_read_tokens, usage.cache_write_tokens, usage.cache_write_1h_tokens].flatMap(
    (part) => numberOf(part) ?? [],
  );
  return {
    input: numberOf(usage.input_tokens),
    cached: parts.length === 0 ? null : parts.reduce((sum, tokens) => sum + tokens, 0),
    output: numberOf(usage.output_tokens),
    reasoning: numberOf(usage.reasoning_tokens),
    total: numberOf(usage.total_tokens),
  };
}

function costOf(value: unknown): CostStatus | null {
  if (value === null || value === undefined) return null;
  const cost = mapOf(value);
  const [basis, billing] = [nameOf(cost.basis) ?? 'unknown', nameOf(cost.billing) ?? 'api'];
  // A subscription is not billed per token, so that a missing price does not matter there.
  const isPartial = cost.usd === null || (basis === 'unknown' && billing === 'api');
  return { usd: numberOf(cost.usd), basis, billing, is_partial: isPartial };
}

function failureOf(value: unknown): FailureStatus | null {
  if (value === null || value === undefined) return null;
  const failed = mapOf(value);
  return {
    type: nameOf(failed.type) ?? '',
    message: lineOf(failed.message) ?? '',
    hint: lineOf(failed.hint),
    http_status: numberOf(failed.http_status),
    exit_code: numberOf(failed.exit_code),
    reset_at: timeOf(failed.reset_at),
    stderr: tailOf(failed.stderr_tail),
  };
}

type Event = RunStatus['events'][number];

function eventOf(event: Unread): Event {
  const type = nameOf(event.type) ?? '';
  return { type, at: timeOf(event.ts), attempt: numberOf(event.attempt), text: eventText(type, event) };
}

function eventText(type: string, event: Unread): string {
  const delayMs = numberOf(event.delay_ms);
  const reason = nameOf(event.reason) ?? 'unknown reason';
  switch (type) {
    case 'fallback':
      return `${pairText(mapOf(event.from))} failed (${reason}), trying fallback: ${pairText(mapOf(event.to))}`;
    case 'retry.scheduled':
      return `${pairText(event)}: ${reason}, trying again in ${delayMs === null ? '?' : formatDuration(delayMs)}`;
    case 'queue.wait':
      return `waiting for a slot of ${nameOf(event.tool) ?? '?'}, place ${numberOf(event.position) ?? '?'} in the queue`;
    case 'budget.warning':
      return lineOf(event.message) ?? '';
    default:
      return '';
  }
}

function pairText({ tool, model }: Unread): string {
  return [nameOf(tool) ?? '?', nameOf(model)].filter((part) => part !== null).join(' ');
}

/** The last thing that happened tells what it does now. */
function nowOf(
  attempts: readonly AttemptStatus[],
  events: readonly Event[],
  started: string,
): NonNullable<RunStatus['now']> {
  const attempt = attempts.at(-1);
  if (attempt?.status === 'running') {
    const model = attempt.model === null ? '' : ` ${attempt.model}`;
    const text = `attempt ${attempt.n}: ${attempt.tool}${model}`;
    return { state: 'running', text, since: attempt.started_at ?? started };
  }
  const wait = events.findLast(({ type }) => type === 'queue.wait' || type === 'retry.scheduled');
  if (wait === undefined) return { state: 'starting', text: 'planning', since: started };
  return {
    state: wait.type === 'queue.wait' ? 'queued' : 'waiting',
    text: wait.text,
    since: wait.at ?? started,
  };
}
