import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import { runInProcess } from '../rig/in-process.js';

const CONFIG = `version: 1
agents: { me: { preferred_tool: bot } }
tools:
  bot:
    binary: absent-cli
    args: []
    output:
      format: ndjson
      text: { pointer: /say, event: { /kind: answer } }
      usage: { input_tokens: /in }
      response_model: /served
      end: { /kind: end }
      error: { message: /problem }
    failures: [{ type: rate_limit, when: { stderr: slow down } }]
  writer: { binary: absent-cli, args: ['{output_file}'], output: { format: json, from: output_file, text: /say, usage: { input_tokens: { pointer: /in, from: usage_file } } } }
  talker: { kind: mock, responses: [{ text: hi }] }
`;
const ANSWER = '{"kind":"answer","say":"fine","in":3}\n{"kind":"end"}\n';

let root = '';
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'llm-tool-test-'));
  const files = {
    'c.yaml': CONFIG,
    good: ANSWER,
    cut: '{"kind":"answer","say":"fi"}\n',
    empty: '',
    slow: 'slow down!\n',
    answer: '{"say":"written"}',
    used: '{"in":7}',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(root, name), text);
});

const test = (...args: string[]) => runInProcess(['tool', 'test', ...args, '--config', 'c.yaml'], { root });

it('shows what each selector finds in a saved answer, although the tool is not installed', async () => {
  const { code, stdout, stderr } = await test('bot', '--stdout', 'good');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toBe(`FIELD               SELECTOR                           FOUND
text                /say of {"/kind":"answer"} (last)  "fine"
usage.input_tokens  /in (last)                         3
response_model      /served (last)                     nothing
error.message       /problem (last)                    nothing
end                 {"/kind":"end"}                    seen

bot reads it as an answer of 4 characters
`);
});

it.each([
  ['an answer that is cut off', ['--stdout', 'cut'], 'invalid_response', 76],
  ['an exit code', ['--stdout', 'good', '--exit', '3'], 'provider_error', 1],
  ['a failure rule', ['--stdout', 'empty', '--stderr', 'slow', '--exit', '1'], 'rate_limit', 75],
])('ends with the code that exec would give: %s', async (_, args, type, code) => {
  const result = await test('bot', ...args);
  expect(result.code).toBe(code);
  expect(result.stdout).toContain(`bot reads it as a failure: ${type}\n`);
  expect(result.stderr).toContain(`[${type}]`);
});

it('reads an answer and a usage that were written into files', async () => {
  const { code, stdout, stderr } = await test('writer', '--output-file', 'answer', '--usage-file', 'used');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('output_file: /say (last)  "written"');
  expect(stdout).toContain('usage_file: /in (last)    7');
});

it('says which file of a definition is not given', async () => {
  const { code, stderr } = await test('writer', '--stdout', 'good');
  expect(code).toBe(76);
  expect(stderr).toContain('warning: the definition reads a file that is not given: `--output-file <file>`');
});

it('is a document with --json', async () => {
  const { code, stdout } = await test('bot', '--stdout', 'good', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    tool: 'bot',
    is_answer: true,
    exit: 0,
    text: 'fine',
    usage: { input_tokens: 3 },
    cost_usd: null,
    failure: null,
    selectors: [
      { field: 'text', selector: '/say of {"/kind":"answer"} (last)', found: 'fine' },
      { field: 'usage.input_tokens', found: 3 },
      { field: 'response_model', found: null },
      { field: 'error.message', found: null },
      { field: 'end', found: true },
    ],
  });
});

it.each([
  [['nope', '--stdout', 'good'], 64, 'unknown tool `nope`'],
  [['talker', '--stdout', 'good'], 64, 'tool `talker` is not of kind `command`'],
  [['bot', '--stdout', 'missing'], 66, 'cannot read `missing` (--stdout): no such file'],
  [['bot'], 64, '--stdout'],
])('says what is wrong with %j', async (args, code, message) => {
  const result = await test(...args);
  expect([result.code, result.stdout]).toEqual([code, '']);
  expect(result.stderr).toContain(message);
});
