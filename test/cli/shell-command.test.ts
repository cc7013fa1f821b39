import { execFileSync } from 'node:child_process';
import { expect, it } from '@jest/globals';
import { repetition } from '../../src/cli/commands/trace-repeat.js';
import { logLine } from '../../src/cli/log.js';
import { planScreen } from '../../src/cli/plan-screen.js';
import { shellCommand } from '../../src/cli/shell-command.js';
import { plainPaint } from '../../src/diagnostics/paint.js';
import { ok } from '../../src/domain/result.js';
import { traceOf } from '../trace/documents.js';

const BYTES = Array.from({ length: 255 }, (_, index) => String.fromCharCode(index + 1));
const ARGUMENTS = [
  ...[
    '',
    ' ',
    '-x',
    '--',
    '~',
    '~/x',
    '!',
    '!!',
    "it's",
    "'",
    '"',
    "''",
    '$HOME',
    '`id`',
    '$(id)',
    'a>victim',
  ],
  ...['a\nb', '\n', 'a\\', '#', '*', '{a,b}', '=x', 'a=b', 'é', '\u2028'],
  ...BYTES.flatMap((byte) => [byte, `a${byte}b`, `${byte}'`, `"${byte}`]),
];

it('writes every argument so that a shell reads it back', () => {
  const script = `printf '%s\\0' ${shellCommand(ARGUMENTS)}`;
  const read = execFileSync('/bin/sh', ['-c', script]).toString().split('\0').slice(0, -1);
  expect(read).toEqual(ARGUMENTS);
});

it('leaves plain words as they are', () => {
  const plain = ['tool', '--model', 'a/b-1.5', '--tag=x', 'Read,Grep', 'user@host:22', '50%'];
  expect(shellCommand(plain)).toBe(plain.join(' '));
});

it('quotes a redirection in the line that repeats a run', async () => {
  const trace = await traceOf({ atMs: 0, request: { session: 'a>victim' } });
  expect(repetition(trace, 'user').command).toContain("--session 'a>victim'");
});

it('quotes a redirection in the commands of a plan and of the log', () => {
  const plan = {
    agent: null,
    policy: 'default',
    access: 'read' as const,
    inputTokens: 1,
    mostInputTokens: 1,
    candidates: [{ tool: 'bot', model: null, because: [] }],
    rejected: [],
    ignored: [],
    warnings: [],
  };
  const argv = ['bot', 'a>victim'];
  const call = ok({ preview: { argv, stdin: 'closed' as const } });
  expect(
    planScreen(
      { plan, candidates: [{ call, gateway: null }], rejected: [] },
      { paint: plainPaint, isVerbose: false, width: 0 },
    ),
  ).toContain("runs: bot 'a>victim'");
  const record = {
    ts: '2026-11-20T09:30:00.000Z',
    level: 'info' as const,
    invocation_id: '1',
    trace_id: '1',
  };
  const who = { agent: null, tool: 'bot', model: null, attempt: 1 };
  expect(logLine({ ...record, ...who, event: 'llm.complete.start', argv })).toContain("argv: bot 'a>victim'");
});
