import { expect, it } from '@jest/globals';
import { story } from '../../src/cli/commands/trace-story.js';
import { plainPaint } from '../../src/diagnostics/paint.js';
import { widthOf } from '../../src/diagnostics/width.js';
import type { TraceDocument } from '../../src/trace/document.js';
import { traceOf } from '../trace/documents.js';

const YAML = `agents: { worker: { preferred_tool: busy, fallback_chain: [calm, 'claude-code:sonnet'] } }
tools:
  busy: { kind: mock, responses: [{ failure: { type: quota, message: the window of five hours is used up } }] }
  calm: { kind: mock, responses: [{ text: fine, usage: { input_tokens: 12000, output_tokens: 900 } }] }
  claude-code: { binary: /none }
`;

/** The trace of a fallback, with times as of a slow run. */
async function fallback(): Promise<TraceDocument> {
  const request = { agent: 'worker', tool: null, session: 'shed', cwd: '/work' };
  const trace = await traceOf({ atMs: Date.parse('2026-11-20T12:00:00Z'), yaml: YAML, request });
  const times = [
    { started_at: '2026-11-20T12:00:00.010Z', latency_ms: 1000, first_output_ms: null },
    { started_at: '2026-11-20T12:00:01.020Z', latency_ms: 3000, first_output_ms: 2000 },
  ];
  const attempts = trace.attempts.map((attempt, index) => ({
    ...attempt,
    ...times[index],
  })) as TraceDocument['attempts'];
  const events = trace.events.map((event) => ({ ...event, ts: '2026-11-20T12:00:01.015Z' }));
  const id = '01KAGA2C00SHED000000000000';
  return { ...trace, id, root_id: id, trace_id: 'release 7', attempts, events, latency_ms: 4030 };
}

it('shows a fallback on 80 columns', async () => {
  const lines = story(await fallback(), { width: 80, paint: plainPaint }).split('\n');
  expect(lines).toEqual([
    '01KAGA2C00SHED000000000000  succeeded in 4.0 s',
    '  started    2026-11-20 12:00:00 UTC',
    '  agent      worker (policy default, access read)',
    '  answered   calm, 4 characters',
    '  cost       $0.0000 (free), 12,900 tokens (12,000 in, 900 out)',
    '  prompt     15 characters, sha256 21c18b359487…',
    '  session    shed',
    '  trace      release 7',
    '  in         /work',
    '',
    'Why',
    '  1. busy',
    '       preferred: preferred by agent `worker`  (llm-router.yaml:2:37)',
    '  2. calm',
    '       fallback: entry 1 of the fallback chain of agent `worker`',
    '       (llm-router.yaml:2:60)',
    '  -  claude-code sonnet',
    '       rejected: tool_not_found: `/none` is not an executable file',
    '       (llm-router.yaml:6:3)',
    '       hint: npm install -g @anthropic-ai/claude-code',
    '',
    'Timeline',
    '  1. busy  ░░░░░░░                         1.0 s  failed (quota)',
    '  +1.0 s   fallback to calm after quota',
    '  2. calm         ░░░░░░░░░░░░░███████     3.0 s  succeeded, $0.0000',
    '           0                     4.0 s',
    '',
    'Ran',
    '  1. in-process or refused before a start',
    '     quota: the window of five hours is used up',
    '  2. in-process or refused before a start',
    '',
    'Repeat',
    '  cd / && llm-router exec --agent worker --cwd /work --session shed --prompt-file prompt.txt',
    '  # put the prompt into prompt.txt (it is not kept; sha256 21c18b359487…)',
  ]);
});

it('leaves a config that a trace of a project names to be read first, since one that is named needs no trust', async () => {
  const one = await fallback();
  const origin = { ...one.request.origin, config: ['/repo/.llm-router/traces/evil it.yaml'] };
  const named = { ...one, request: { ...one.request, origin } };
  const screen = { width: 200, paint: plainPaint };
  expect(story(named, screen, { owner: 'user' })).toContain(
    "exec --config '/repo/.llm-router/traces/evil it.yaml' --agent",
  );
  const foreign = story(named, screen, { owner: 'project' });
  expect(foreign).toContain('llm-router exec --agent worker');
  expect(foreign).toContain(
    "# the trace names another config: read it, then add --config to use it: '/repo/",
  );
});

it('repeats an isolated run, and a candidate of a race, from the folder of the user', async () => {
  const one = await fallback();
  const gone = '/state/isolated/01KAGA2C00SHED000000000000';
  const inTree = (more: object): TraceDocument => {
    const isolation = { cwd: '/work', keeps_branch: false, race_id: null, ...more };
    return { ...one, request: { ...one.request, cwd: gone, isolation } };
  };
  const shown = (trace: TraceDocument) => story(trace, { width: 300, paint: plainPaint });
  expect(shown(inTree({}))).toContain(
    'cd / && llm-router exec --agent worker --cwd /work --session shed --prompt-file prompt.txt --isolate\n',
  );
  expect(shown(inTree({}))).toContain('  in         /work, in a work tree of its own\n');
  expect(shown(inTree({ keeps_branch: true }))).toContain('--prompt-file prompt.txt --keep\n');
  const raced = shown(inTree({ race_id: '01KAGA2C00RACE000000000000' }));
  expect(raced).toContain('`llm-router trace show 01KAGA2C00RACE000000000000` says how to repeat that');
  expect(raced).not.toContain(gone);
});

it('fits the width, except for the line to copy', async () => {
  for (const width of [60, 80, 120]) {
    const lines = story(await fallback(), { width, paint: plainPaint }).split('\n');
    expect(lines.filter((line) => widthOf(line) > width && !line.startsWith('  cd '))).toEqual([]);
  }
});

it('shows what is known of an interrupted run', async () => {
  const half = { ...(await fallback()), status: 'interrupted' as const, latency_ms: null, text_chars: null };
  const text = story(half, { width: 80, paint: plainPaint });
  expect(text).toContain('interrupted\n');
  expect(text).toContain('the router was killed');
  expect(text).not.toContain('answered');
});

it('lists the runs nested in it, oldest first, and counts those that are too many for a screen', async () => {
  const outer = await fallback();
  const ran = { ...outer, parent_id: outer.id, agent: 'reviewer' };
  const refused = { ...ran, id: '01KAGA2C00SHED000000000002', status: 'failed' as const, attempts: [] };
  const failure = { type: 'budget_exceeded', message: 'no room' } as TraceDocument['failure'];
  const nested = [{ ...refused, failure }, ran];
  const limited = { ...outer, nested: { calls: 2, refused: 1, spent_usd: 0.1, cap_usd: 0.15 } };
  const linesOf = (text: string) =>
    text.slice(text.indexOf('Nested'), text.indexOf('\n\nRepeat')).split('\n');
  expect(linesOf(story(limited, { width: 100, paint: plainPaint }, { nested }))).toEqual([
    'Nested',
    '  INVOCATION                  AGENT     STATUS                       COST',
    '  01KAGA2C00SHED000000000000  reviewer  succeeded                 $0.0000',
    '  01KAGA2C00SHED000000000002  reviewer  failed (budget_exceeded)  $0.0000',
    '  2 calls, 1 refused; they have spent $0.10 under the cap of $0.15',
  ]);
  const many = Array.from({ length: 74 }, () => ran);
  const lines = linesOf(story(outer, { width: 80, paint: plainPaint }, { nested: many }));
  expect(lines).toHaveLength(23);
  expect(lines.at(-1)).toBe(`  and 54 more: llm-router trace show ${outer.id} --tree`);
  expect(lines.filter((line) => widthOf(line) > 80)).toEqual([]);
});
