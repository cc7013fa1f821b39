// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the references of a configuration
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { commandAdapter } from '../../src/adapters/command.js';
import { parseArgument } from '../../src/domain/template.js';
import { anyText } from '../any-text.js';
import {
  AGENTS,
  eachInItsFolder,
  type Given,
  print,
  REPORT,
  run,
  taskFor,
  testFolder,
} from './command/runs.js';
import { at, grammarOf, toolOf } from './command/samples.js';

eachInItsFolder();

async function call(given: Given) {
  const { outcome } = await run({ ...given, agent: 'reports-its-call', tool: { ...REPORT, ...given.tool } });
  if (outcome.failure !== null) throw new Error(outcome.failure.message);
  return JSON.parse(outcome.text) as {
    argv: string[];
    cwd: string;
    env: Record<string, string>;
    stdin: string;
    files: string[][];
  };
}

function decoded(base64: string | undefined): string {
  return Buffer.from(base64 ?? '', 'base64').toString();
}

const NASTY = '{model} $(id) `id` "q" \'q\' \\ | > < ; & * ~ %PATH% -x --\r\n\n\tä€😀\u2028 end\n ';

describe('the input of a tool', () => {
  it('is the prompt by stdin, byte for byte, and an environment of its own', async () => {
    const { argv, cwd, env, stdin } = await call({
      agent: '',
      args: ['run', ['-m', '{model}'], ['-s', '{system}']],
      tool: { envUnset: ['CLAUDECODE'], envVars: { KEY: { value: '${SECRET}', at: null } } },
      task: { prompt: NASTY, modelId: 'm 1' },
      context: { env: { PATH: process.env.PATH, SECRET: 's3cret', CLAUDECODE: '1' } },
    });
    expect({ argv, cwd, stdin: decoded(stdin) }).toEqual({
      argv: ['run', '-m', 'm 1'],
      cwd: testFolder(),
      stdin: NASTY,
    });
    expect(env).toMatchObject({
      KEY: 's3cret',
      LLM_ROUTER_PARENT_ID: `01INVOCATION-${process.pid}`,
      LLM_ROUTER_ROOT_ID: '01ROOT',
      LLM_ROUTER_DEPTH: '1',
    });
    expect(env.TRACEPARENT).toMatch(/^00-a{32}-[0-9a-f]{16}-01$/);
    expect(env).not.toHaveProperty('CLAUDECODE');
  });

  it('is the prompt and the system text in private files', async () => {
    const { files, stdin } = await call({
      agent: '',
      args: ['{prompt_file}', '{system_file}'],
      tool: { prompt: 'file' },
      task: { prompt: NASTY, system: 'be brief' },
    });
    expect(
      files.map(([path, content, mode]) => [path?.replace(/llm-router-[^/]+/, '*'), decoded(content), mode]),
    ).toEqual([
      [join(testFolder(), 'tmp', '*', 'prompt.txt'), NASTY, '600'],
      [join(testFolder(), 'tmp', '*', 'system.txt'), 'be brief', '600'],
    ]);
    expect(stdin).toBe('');
  });

  it('is the private files of its definition, and variables made of placeholders', async () => {
    const { files, env, stdin } = await call({
      agent: '',
      args: ['{private_dir}/settings.json', '{private_dir}/.more'],
      tool: {
        privateFiles: { 'settings.json': NASTY },
        envTemplate: {
          SYSTEM_FILE: parseArgument('{system_file}'),
          LIMIT: parseArgument('{max_tokens}'),
          SETTINGS: parseArgument('{private_dir}/settings.json'),
        },
        promptEscapes: [{ pattern: '^/', replace: '\n/' }],
      },
      task: { prompt: '/help', system: 'be brief' },
    });
    const [path] = files[0] ?? [];
    expect(files).toEqual([[path, Buffer.from(NASTY).toString('base64'), '600']]);
    expect(env).toMatchObject({ SETTINGS: path, SYSTEM_FILE: expect.stringMatching(/\/system\.txt$/) });
    expect(env).not.toHaveProperty('LIMIT');
    expect(decoded(stdin)).toBe('\n/help');
  });

  it("is the user's own file where the prompt is that file", async () => {
    const own = join(testFolder(), 'test.md');
    writeFileSync(own, 'hello');
    const { argv } = await call({
      agent: '',
      args: ['{prompt_file}'],
      tool: { prompt: 'file' },
      task: { promptFile: own },
    });
    expect(argv).toEqual([own]);
  });

  it('is any prompt as one argument, byte for byte', async () => {
    const text = anyText().filter((prompt) => !prompt.includes('\0'));
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, fc.constant(NASTY)), async (prompt) => {
        const { argv } = await call({
          agent: '',
          args: ['--', '{prompt}', 'after'],
          tool: { prompt: 'argument' },
          task: { prompt },
        });
        expect(argv).toEqual(['--', prompt, 'after']);
      }),
      { numRuns: 8 },
    );
  });

  it('may be 11 MB on stdin', async () => {
    const { outcome } = await run({ agent: 'counts-stdin', task: { prompt: 'x'.repeat(11_000_000) } });
    expect(outcome).toMatchObject({ failure: null, text: 'read 11000000\n', warnings: [] });
  });

  it('is a private file on stdin, for tools that take nothing else and for those that open it anew', async () => {
    const { outcome } = await run({ agent: 'reads-pipes-and-files-only', task: { prompt: NASTY } });
    expect(outcome).toMatchObject({ failure: null, text: `mode 600\n${NASTY}`, warnings: [] });
  });

  it('counts as read by a tool that does not move the offset', async () => {
    const prompt = 'x'.repeat(1_000_000);
    const { outcome } = await run({ agent: 'reads-stdin-by-position', task: { prompt } });
    expect(outcome).toMatchObject({ failure: null, text: 'read 1000000\n', warnings: [] });
  });

  it('comes through a pipe where no file can be written', async () => {
    const context = { tmpDir: join(testFolder(), 'gone') };
    const { outcome } = await run({ agent: 'echoes-stdin', task: { prompt: NASTY }, context });
    expect(outcome).toMatchObject({ failure: null, text: NASTY });
  });

  it('includes a private folder for temp files and written answers', async () => {
    const output = grammarOf({
      from: 'output_file',
      usage: { ...grammarOf().usage, inputTokens: [at('/tokens/in', { from: 'usage_file' })] },
    });
    const { outcome, events } = await run({
      agent: 'writes-files',
      args: ['{output_file}', '{usage_file}'],
      tool: { output, privateTmp: true },
    });
    expect(outcome).toMatchObject({ failure: null, text: 'answer from a file\n', usage: { inputTokens: 7 } });
    expect(events).toHaveLength(1);
  });
});

describe('a tool that does not read its prompt', () => {
  it.each([
    ['never-reads-stdin', 'done without reading\n'],
    ['exits-before-reading', 'early answer'],
  ])('%s: the answer counts, with a warning', async (agent, text) => {
    const { outcome } = await run({ agent, task: { prompt: 'x'.repeat(5_000_000) } });
    expect(outcome).toMatchObject({
      failure: null,
      text,
      warnings: [`\`${agent}\` did not read the whole prompt`],
    });
  });
});

describe('an answer', () => {
  it('streams as text, and loses its colours', async () => {
    const { outcome, events } = await run({ agent: 'prints', args: print('\u001b[32mgreen\u001b[0m\n') });
    expect(outcome).toMatchObject({
      failure: null,
      text: 'green\n',
      exitCode: 0,
      finishReason: 'unknown',
      usage: null,
    });
    expect(events).toEqual([
      {
        type: 'started',
        argv: [join(AGENTS, 'prints'), ...print('\u001b[32mgreen\u001b[0m\n')],
        pid: expect.any(Number),
      },
      { type: 'delta', text: 'green\n' },
    ]);
  });

  it('survives bytes that are not UTF-8', async () => {
    const { outcome } = await run({ agent: 'prints', args: print(Buffer.from([0x61, 0xff, 0x00, 0x62])) });
    expect(outcome).toMatchObject({
      failure: null,
      text: 'a\uFFFD\0b',
      warnings: [expect.stringContaining('not UTF-8')],
    });
  });

  it('is found after a banner', async () => {
    const { outcome } = await run({
      agent: 'prints',
      args: print('Welcome!\n\n{"result":"hi"}\n', 'noise\n'),
      tool: REPORT,
    });
    expect(outcome).toMatchObject({ failure: null, text: 'hi' });
  });

  it('of endless output is stopped at the cap', async () => {
    const { outcome } = await run({ agent: 'floods', tool: { maxOutputBytes: 200_000 } });
    expect(outcome.failure).toMatchObject({
      type: 'invalid_response',
      message: expect.stringContaining('200000 bytes'),
    });
  });
});

describe('prepare', () => {
  const host = { env: {}, platform: process.platform };

  it('shows the argv and writes nothing', () => {
    const task = taskFor({
      agent: 'prints',
      args: ['{prompt_file}', '{output_file}'],
      tool: { prompt: 'file' },
    });
    expect(commandAdapter.prepare(task, host)).toMatchObject({
      value: {
        preview: {
          argv: [join(AGENTS, 'prints'), '<temp>/prompt.txt', '<temp>/output.txt'],
          stdin: 'closed',
        },
      },
    });
    expect(commandAdapter.prepare(taskFor({ agent: 'prints' }), host)).toMatchObject({
      value: { preview: { stdin: 'prompt' } },
    });
  });

  it('gives the same failure as a run', () => {
    const tool = { envVars: { KEY: { value: '${MY_KEY}', at: null } } };
    expect(commandAdapter.prepare(taskFor({ agent: 'prints', tool }), host)).toMatchObject({
      error: { type: 'tool_not_found' },
    });
    expect(commandAdapter.prepare(taskFor({ agent: 'prints', args: ['{model}'] }), host)).toMatchObject({
      error: { type: 'model_not_found' },
    });
  });
});

describe('availability', () => {
  const host = { env: { PATH: `relative:${AGENTS}`, EMPTY: '' }, platform: process.platform };
  const binary = (value: string) => ({ binary: { value, at: null } });

  it('finds a name in PATH, or a path', () => {
    const path = join(AGENTS, 'prints');
    expect(commandAdapter.availability(toolOf([], binary('prints')), host)).toEqual({
      available: true,
      path,
    });
    expect(commandAdapter.availability(toolOf([], binary(path)), host)).toEqual({ available: true, path });
    const home = { ...host, env: { HOME: AGENTS } };
    expect(commandAdapter.availability(toolOf([], binary('~/prints')), home)).toEqual({
      available: true,
      path,
    });
  });

  it.each([
    [binary('no-such-bot'), '`no-such-bot` not found in PATH', 'npm install -g bot', {}],
    [
      binary('package.json'),
      `\`${AGENTS}/package.json\` is not executable`,
      `run \`chmod +x ${AGENTS}/package.json\``,
      {},
    ],
    [binary('/no/such/bot'), '`/no/such/bot` is not an executable file', 'npm install -g bot', {}],
    [binary(AGENTS), `\`${AGENTS}\` is not an executable file`, 'npm install -g bot', {}],
    [
      { ...binary('prints'), envRequired: [{ value: 'EMPTY', at: null }] },
      '`EMPTY` is not set, and tool `bot` needs it',
      'set the variable `EMPTY`',
      { missingVariable: 'EMPTY' },
    ],
  ])('names what is missing: %j', (more, detail, hint, variable) => {
    expect(commandAdapter.availability(toolOf([], more), host)).toEqual({
      available: false,
      reason: 'tool_not_found',
      detail,
      hint,
      ...variable,
    });
  });
});
