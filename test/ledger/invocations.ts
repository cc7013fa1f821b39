import { idTime } from '../../src/domain/id.js';
import { totalTokens } from '../../src/domain/usage.js';
import type { AttemptRow, InvocationRow, Ledger } from '../../src/ledger/ledger.js';
import { good } from './attempts.js';

/** One attempt of an invocation; `null` tokens or cost: unknown. */
export interface Try {
  tool: string;
  model: string | null;
  tokens: { input: number; cached: number; output: number } | null;
  microUsd: number | null;
  failure: string | null;
}

/** An invocation as a test describes it. */
export interface InvocationSample {
  id: string;
  day: string;
  agent: string | null;
  session: string | null;
  tags: Record<string, string>;
  latencyMs: number;
  fallback: boolean;
  /** Where its money counts, as a JSON list [one scope, `all`] */
  scopes?: string;
  tries: Try[];
  /** Its cost and that of the preferred model; `null`: not comparable. */
  compared: { actual: number; preferred: number } | null;
}

/** Writes the rows of an invocation as a run does: its attempts, then itself. */
export async function write(ledger: Ledger, sample: InvocationSample): Promise<void> {
  for (const row of attemptsOf(sample)) good(await ledger.settle(row));
  good(await ledger.record(invocationOf(sample)));
}

/** The rows of its attempts. */
export function attemptsOf({ id, day, agent, latencyMs, tries, scopes }: InvocationSample): AttemptRow[] {
  return tries.map(({ tool, model, tokens, microUsd, failure }, index) => ({
    id: `${id}:${index + 1}`,
    invocation_id: id,
    n: index + 1,
    day,
    scopes: scopes ?? '["all"]',
    agent,
    tool,
    model,
    provider: null,
    started_ms: Date.parse(day),
    status: failure === null ? 'succeeded' : 'failed',
    failure,
    latency_ms: latencyMs,
    ...tokenColumns(tokens),
    charged_micro_usd: microUsd,
    list_micro_usd: microUsd,
    basis: microUsd === null ? 'unknown' : 'computed',
    billing: 'api',
    counted_micro_usd: microUsd ?? 0,
    calls: null,
  }));
}

/** Its own row. */
export function invocationOf(sample: InvocationSample): InvocationRow {
  const { id, day, agent, session, tags, latencyMs, tries, compared, fallback } = sample;
  const last = tries.at(-1);
  const known = tries.flatMap(({ microUsd }) => microUsd ?? []);
  const tokens = tries.flatMap((one) => one.tokens ?? []);
  const sum = (values: number[]) => values.reduce((all, value) => all + value, 0);
  const total = {
    input: sum(tokens.map(({ input }) => input)),
    cached: sum(tokens.map(({ cached }) => cached)),
    output: sum(tokens.map(({ output }) => output)),
  };
  const charged = known.length === 0 ? null : sum(known);
  return {
    id,
    trace_id: id,
    parent_id: null,
    session,
    day,
    started_ms: Date.parse(day),
    project: '',
    policy: 'default',
    agent,
    source_agent: null,
    tool: last?.tool ?? null,
    model: last?.model ?? null,
    status: last?.failure === null ? 'succeeded' : 'failed',
    failure: last === undefined ? 'tool_not_found' : last.failure,
    attempts: tries.length,
    latency_ms: latencyMs,
    ...tokenColumns(tokens.length === 0 ? null : total),
    charged_micro_usd: charged,
    list_micro_usd: charged,
    basis:
      last === undefined ? null : tries.some(({ microUsd }) => microUsd === null) ? 'unknown' : 'computed',
    billing: last === undefined ? null : 'api',
    because: '[]',
    tags: JSON.stringify(tags),
    forced: 0,
    justification: null,
    fallback: fallback ? 1 : 0,
    compared_micro_usd: compared?.actual ?? null,
    preferred_micro_usd: compared?.preferred ?? null,
    task: null,
    race_id: null,
    passed: null,
  };
}

function tokenColumns(tokens: Try['tokens']) {
  const usage = {
    inputTokens: tokens?.input ?? null,
    cacheReadTokens: tokens?.cached ?? null,
    cacheWriteTokens: null,
    cacheWrite1hTokens: null,
    outputTokens: tokens?.output ?? null,
    reasoningTokens: null,
  };
  return {
    input_tokens: usage.inputTokens,
    cache_read_tokens: usage.cacheReadTokens,
    cache_write_tokens: null,
    cache_write_1h_tokens: null,
    output_tokens: usage.outputTokens,
    reasoning_tokens: null,
    total_tokens: tokens === null ? null : totalTokens(usage),
  };
}

let count = 0;

/** Writes an invocation of one attempt that was started at a time. */
export async function addAt(
  ledger: Ledger,
  run: { atMs: number; latencyMs: number; microUsd?: number | null; failure?: string },
): Promise<void> {
  const { atMs, latencyMs, microUsd = 0, failure = null } = run;
  const id = `${idTime(atMs)}${String(count++).padStart(16, '0')}`;
  const tries = [{ tool: 'bot', model: null, tokens: null, microUsd, failure }];
  const day = new Date(atMs).toISOString().slice(0, 10);
  const more = { agent: null, session: null, tags: {}, fallback: false, compared: null };
  const sample = { ...more, id, day, latencyMs, tries };
  for (const row of attemptsOf(sample)) good(await ledger.settle({ ...row, started_ms: atMs }));
  good(await ledger.record({ ...invocationOf(sample), started_ms: atMs }));
}
