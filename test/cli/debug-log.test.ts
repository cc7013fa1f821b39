import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, expect, it } from '@jest/globals';
import { runInProcess } from '../rig/in-process.js';

const CONFIG = `version: 1
default_agent: me
agents: { me: { preferred_tool: limited, fallback_chain: [calm] } }
tools:
  limited: { kind: mock, responses: [{ failure: { type: rate_limit, message: slow down } }] }
  calm: { kind: mock, responses: [{ text: fine }] }
  keyed: { binary: none-cli, args: [], env_vars: { KEY: '\${SECRET}' } }
`;
let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'llm-debug-'));
  writeFileSync(path.join(root, 'config-with-a-dummy-secret.yaml'), CONFIG);
});
const exec = ['exec', '--config', 'config-with-a-dummy-secret.yaml', '--no-stdin'];
const SECRET = 'dummy-secret';

const topics = (stderr: string): (string | undefined)[] =>
  stderr.split('\n').flatMap((line) => /^debug +\+[\d.]+ ms {2}(\w+)/.exec(line)?.[1] ?? []);

it.each([
  ['-vv', exec, ['-vv'], {}],
  ['-v twice', exec, ['-v', '-v'], {}],
  ['LLM_ROUTER_DEBUG', exec, [], { LLM_ROUTER_DEBUG: '1' }],
])('%s shows every decision with its time, and masks secrets', async (_, args, flags, env) => {
  const run = await runInProcess([...args, ...flags, 'the prompt'], { root, env: { ...env, SECRET } });
  expect([run.code, run.stdout]).toEqual([0, 'fine\n']);
  expect(topics(run.stderr)).toEqual([
    ...['start', 'config', 'facts', 'plan', 'candidate', 'candidate'],
    ...['decision', 'admission', 'started'],
    ...['decision', 'admission', 'started', 'output', 'exit'],
  ]);
  expect(run.stderr).toMatch(/decision +action=run {2}pair=limited/);
  expect(run.stderr).toMatch(/decision +action=run {2}pair=calm/);
  expect(run.stderr).toContain('llm.complete.start');
  expect(run.stderr).not.toContain(SECRET);
  expect(run.stderr).not.toContain('the prompt');
});

it('is one JSON object a line with --log-format json', async () => {
  const { stderr } = await runInProcess([...exec, '-vv', '--log-format', 'json', 'hi'], { root });
  const lines = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.find(({ topic }) => topic === 'decision')).toMatchObject({
    level: 'debug',
    event: 'debug',
    elapsed_ms: 0,
    action: 'run',
    pair: 'limited',
  });
});

it.each([
  [[], {}],
  [['-v'], {}],
  [[], { LLM_ROUTER_DEBUG: '0' }],
  [['-vv', '-q'], {}],
])('is off with %j and %j', async (flags, env) => {
  const { stderr } = await runInProcess([...exec, ...flags, 'hi'], { root, env });
  expect(topics(stderr)).toEqual([]);
});

it('shows rejected candidates, and the failure without a candidate', async () => {
  const { code, stderr } = await runInProcess([...exec, '-vv', '--tool', 'keyed', 'hi'], { root });
  expect(code).toBe(69);
  expect(stderr).toMatch(/rejected +pair=keyed {2}reason=tool_not_found/);
  expect(stderr).toMatch(/decision +action=stop {2}failure="no candidate left"/);
});
