import type { AuditEntry } from '../../src/domain/audit.js';
import type { JobEnd, JobRecord } from '../../src/jobs/record.js';
import { ownIdentity } from '../../src/process/this-process.js';
import type { TraceDocument } from '../../src/trace/document.js';
import type { InvocationSample, Try } from '../ledger/invocations.js';
import { traceOf } from '../trace/documents.js';

const TODAY = '2026-11-20';

/** What the ledger holds: two days of runs of three agents. */
export const RUNS: readonly InvocationSample[] = [
  run('1', {
    day: '2026-11-17',
    agent: 'reviewer',
    latencyMs: 9200,
    tries: [answered('claude-code', 'sonnet', 1_230_000)],
  }),
  run('2', {
    day: '2026-11-19',
    agent: 'scribe',
    latencyMs: 3400,
    tries: [answered('codex', 'gpt-6.1-sol', 212_000)],
  }),
  run('3', { agent: 'reviewer', latencyMs: 4100, tries: [answered('claude-code', 'sonnet', 3_641_300)] }),
  run('4', {
    agent: 'reviewer',
    latencyMs: 12_400,
    tries: [failed('claude-code', 'sonnet', 'quota'), answered('codex', 'gpt-6.1-sol', 24_600)],
    fallback: true,
  }),
  run('5', { agent: 'scribe', latencyMs: 2800, tries: [answered('codex', 'gpt-6.1-sol', 352_200)] }),
  run('6', { agent: 'scribe', latencyMs: 2600, tries: [answered('codex', 'gpt-6.1-sol', null)] }),
  run('7', { agent: 'quick', latencyMs: 700, tries: [answered('ollama', 'llama', 0)] }),
  run('8', { agent: 'quick', latencyMs: 60_000, tries: [failed('ollama', 'llama', 'timeout')] }),
];

function run(id: string, more: Partial<InvocationSample>): InvocationSample {
  const rest = { agent: null, session: null, tags: {}, latencyMs: 0, tries: [], compared: null };
  return { id: `run ${id}`, day: TODAY, fallback: false, ...rest, ...more };
}

function answered(tool: string, model: string, microUsd: number | null): Try {
  return { tool, model, tokens: { input: 9200, cached: 3100, output: 910 }, microUsd, failure: null };
}

function failed(tool: string, model: string, failure: string): Try {
  return { tool, model, tokens: null, microUsd: 0, failure };
}

const ENTRY: Omit<AuditEntry, 'event' | 'severity' | 'reason'> = {
  project: null,
  agent: null,
  sourceAgent: null,
  session: null,
  traceId: null,
  invocationId: null,
  attemptedTool: null,
  attemptedModel: null,
  allowed: null,
  justification: null,
};

/** The audit log, oldest first. */
export const AUDIT: readonly (AuditEntry & { ts: string })[] = [
  {
    ...ENTRY,
    ts: '2026-11-20T09:12:04.000Z',
    event: 'trust_granted',
    severity: 'info',
    reason: 'llm-router.yaml was trusted',
  },
  {
    ...ENTRY,
    ts: '2026-11-20T10:40:31.000Z',
    event: 'governance_violation',
    severity: 'high',
    agent: 'scribe',
    attemptedTool: 'claude-code',
    attemptedModel: 'opus',
    reason: 'policy `cheap` denies model `opus` by `opus` (llm-router.yaml:35:35)',
  },
  {
    ...ENTRY,
    ts: '2026-11-20T13:05:59.000Z',
    event: 'budget_override',
    severity: 'critical',
    agent: 'reviewer',
    attemptedTool: 'claude-code',
    attemptedModel: 'sonnet',
    reason: 'the hard limit of $60.00 a month was exceeded by $0.41 (llm-router.yaml:31:9)',
    justification: 'release of today',
  },
];

const TRACED = `agents: { reviewer: { preferred_tool: fast-bot, fallback_chain: [slow-bot, 'claude-code:sonnet'] } }
tools:
  fast-bot: { kind: mock, responses: [{ failure: { type: quota, message: "usage limit reached, it resets at 3pm (UTC)" } }] }
  slow-bot: { kind: mock, responses: [{ text: fine, usage: { input_tokens: 12000, output_tokens: 900 } }] }
  claude-code: { binary: /none }
`;

/** The traces of the project. */
export async function traces(project: string): Promise<TraceDocument[]> {
  const atMs = Date.parse('2026-11-20T12:00:00Z');
  const request = { agent: 'reviewer', tool: null, session: 'release-7', cwd: project };
  const made = await traceOf({ atMs, yaml: TRACED, request });
  const times = [
    { started_at: '2026-11-20T12:00:00.010Z', latency_ms: 1000, first_output_ms: null },
    { started_at: '2026-11-20T12:00:01.020Z', latency_ms: 3000, first_output_ms: 2000 },
  ];
  const attempts = made.attempts.map((one, index) => ({
    ...one,
    ...times[index],
  })) as TraceDocument['attempts'];
  const events = made.events.map((event) => ({ ...event, ts: '2026-11-20T12:00:01.015Z' }));
  const fallback = {
    ...made,
    attempts,
    events,
    latency_ms: 4030,
    trace_id: '7c4b1f0a9d2e4c5b8a6f3e1d0c9b8a7f',
  };
  const named = (id: string, hour: string, more: object) =>
    ({ ...fallback, id, root_id: id, started_at: `2026-11-20T${hour}:00.000Z`, ...more }) as TraceDocument;
  return [
    named('01KAGA2C00AAAAAAAAAAAAAAA1', '12:00', {}),
    named('01KAGDGR00AAAAAAAAAAAAAAA2', '13:00', {
      agent: 'scribe',
      status: 'cancelled',
      failure: { ...refusal, type: 'cancelled', message: 'cancelled by SIGINT' },
    }),
    named('01KAGGZ400AAAAAAAAAAAAAAA3', '14:00', {
      agent: 'scribe',
      tool: null,
      model: null,
      status: 'failed',
      attempts: [],
      usage: null,
      cost: null,
      latency_ms: 12,
      failure: refusal,
    }),
  ];
}

const refusal = {
  type: 'budget_exceeded',
  message: 'the hard limit of $0.50 a day of policy `cheap` is reached ($0.48 used, $0.10 needed)',
  hint: 'llm-router budget',
  retryable: false,
  phase: 'plan',
} as unknown as NonNullable<TraceDocument['failure']>;

/** Detached runs: one that goes on, one that answered, one that was cancelled, one that failed. */
export function jobs(project: string): { record: JobRecord; end: JobEnd | null }[] {
  const record = (id: string, hour: string, agent: string): JobRecord => ({
    version: 1,
    id,
    trace_id: '7c4b1f0a9d2e4c5b8a6f3e1d0c9b8a7f',
    started_at: `2026-11-20T${hour}:00.000Z`,
    started_by: 'exec',
    agent,
    tool: 'claude-code',
    model: 'sonnet',
    session: null,
    parent_id: null,
    root_id: id,
    cwd: project,
    project,
    trace: null,
    traces: null,
    ledger: '/nonexistent/ledger.db',
    keep_until: '2026-12-20T00:00:00.000Z',
    is_raw: false,
    process: ownIdentity(),
  });
  const end = (hour: string, code: number): JobEnd => ({
    version: 1,
    ended_at: `2026-11-20T${hour}:42.000Z`,
    exit_code: code,
    document: null,
  });
  return [
    { record: record('01KAGA2C00AAAAAAAAAAAAAAA1', '12:00', 'reviewer'), end: end('12:03', 0) },
    { record: record('01KAGDGR00AAAAAAAAAAAAAAA2', '13:00', 'scribe'), end: end('13:00', 75) },
    { record: record('01KAGGZ400AAAAAAAAAAAAAAA3', '14:00', 'reviewer'), end: null },
  ];
}
