// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the references of a configuration
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AdapterContext, AdapterEvent, Task } from '../../src/adapters/adapter.js';
import { commandAdapter } from '../../src/adapters/command.js';
import type { CommandTool } from '../../src/config/types.js';
import type { Outcome } from '../../src/domain/attempt.js';
import { failure } from '../../src/domain/failure.js';
import { at, grammarOf, taskOf, toolOf } from './command/samples.js';

const AGENTS = resolve('test/fixtures/agents');
const groups: number[] = [];
let folder = '';

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'command-test-')));
  mkdirSync(join(folder, 'tmp'));
});

afterEach(() => {
  const alive = groups.splice(0).filter(isGroupAlive);
  const leftovers = readdirSync(join(folder, 'tmp'));
  rmSync(folder, { recursive: true });
  expect({ alive, leftovers }).toEqual({ alive: [], leftovers: [] });
});

/** Dead processes that init has not collected yet still take a signal: those do not count. */
function isGroupAlive(pid: number): boolean {
  try {
    process.kill(-pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  return readdirSync('/proc').some((name) => {
    const path = `/proc/${name}/stat`;
    if (!/^\d+$/.test(name) || !existsSync(path)) return false;
    const [state, , group] = readFileSync(path, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return group === String(pid) && state !== 'Z';
  });
}

interface Given {
  agent: string;
  args?: Parameters<typeof toolOf>[0];
  tool?: Partial<CommandTool>;
  task?: Partial<Task<CommandTool>>;
  context?: Partial<AdapterContext>;
  /** Called with every event; what it returns is waited for. */
  onEvent?: (event: AdapterEvent) => unknown;
}

interface Ran {
  outcome: Outcome;
  events: AdapterEvent[];
}

function taskFor({ agent, args = [], tool = {}, task = {} }: Given): Task<CommandTool> {
  const made = toolOf(args, { name: agent, binary: { value: agent, at: null }, ...tool });
  return taskOf(made, { cwd: folder, binaryPath: join(AGENTS, agent), ...task });
}

function contextFor(more: Partial<AdapterContext> = {}): AdapterContext {
  const never = new AbortController().signal;
  const env = { PATH: `${AGENTS}:${process.env.PATH}`, HOME: folder };
  return {
    env,
    signal: never,
    urgent: never,
    monotonicMs: () => performance.now(),
    tmpDir: join(folder, 'tmp'),
    ...more,
  };
}

async function run(given: Given): Promise<Ran> {
  const events: AdapterEvent[] = [];
  const running = commandAdapter.run(taskFor(given), contextFor(given.context));
  for (let step = await running.next(); ; step = await running.next()) {
    if (step.done === true) return { outcome: step.value, events };
    if (step.value.type === 'started' && step.value.pid !== null) groups.push(step.value.pid);
    events.push(step.value);
    await given.onEvent?.(step.value);
  }
}

function print(out: string | Buffer, err = '', code = 0): string[] {
  return [Buffer.from(out).toString('base64'), Buffer.from(err).toString('base64'), String(code)];
}

const REPORT = { output: grammarOf({ format: 'json', text: [at('/result')] }) };

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

describe('what a tool is given', () => {
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
      cwd: folder,
      stdin: NASTY,
    });
    expect(env).toMatchObject({
      KEY: 's3cret',
      LLM_ROUTER_PARENT_ID: '01INVOCATION',
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
      [join(folder, 'tmp', '*', 'prompt.txt'), NASTY, '600'],
      [join(folder, 'tmp', '*', 'system.txt'), 'be brief', '600'],
    ]);
    expect(stdin).toBe('');
  });

  it("is the user's own file where the prompt is that file", async () => {
    const own = join(folder, 'test.md');
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
    const text = fc.string({ unit: 'grapheme' }).filter((prompt) => !prompt.includes('\0'));
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

  it('takes 11 MB by stdin', async () => {
    const { outcome } = await run({ agent: 'counts-stdin', task: { prompt: 'x'.repeat(11_000_000) } });
    expect(outcome).toMatchObject({ failure: null, text: 'read 11000000\n', warnings: [] });
  });

  it('has a private folder for temp files and written answers', async () => {
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

describe('a tool that does not care for its prompt', () => {
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

  it('is found behind a banner', async () => {
    const { outcome } = await run({
      agent: 'prints',
      args: print('Welcome!\n\n{"result":"hi"}\n', 'noise\n'),
      tool: REPORT,
    });
    expect(outcome).toMatchObject({ failure: null, text: 'hi' });
  });

  it('comes drop by drop, while a slow reader of ours is no silence of the tool', async () => {
    const output = grammarOf({
      format: 'ndjson',
      text: [at('/text', { take: 'concat' })],
      deltas: [at('/text')],
      end: { '/type': 'end' },
      usage: { ...grammarOf().usage, inputTokens: [at('/usage/in')], outputTokens: [at('/usage/out')] },
    });
    const slowReader = () => new Promise((resume) => setTimeout(resume, 150));
    const { outcome, events } = await run({
      agent: 'drips',
      tool: { output },
      task: { idleTimeoutMs: 120 },
      onEvent: slowReader,
    });
    expect(outcome).toMatchObject({
      failure: null,
      text: 'drop 1 drop 2 drop 3 drop 4 drop 5 ',
      usage: { inputTokens: 10, outputTokens: 5 },
    });
    expect(events.filter(({ type }) => type === 'delta')).toHaveLength(5);
  });

  it('of one huge line passes below the cap, and is refused beyond it', async () => {
    const output = grammarOf({ format: 'ndjson', text: [at('/text')] });
    expect(
      (await run({ agent: 'prints-huge-line', args: ['15'], tool: { output } })).outcome.text,
    ).toHaveLength(15 * 1024 ** 2);
    const { outcome } = await run({ agent: 'prints-huge-line', args: ['40'], tool: { output } });
    expect(outcome.failure).toMatchObject({ type: 'invalid_response', tool: 'prints-huge-line' });
  });

  it('without end is stopped at the cap', async () => {
    const { outcome } = await run({ agent: 'floods', tool: { maxOutputBytes: 200_000 } });
    expect(outcome.failure).toMatchObject({
      type: 'invalid_response',
      message: expect.stringContaining('200000 bytes'),
    });
  });
});

describe('a failure', () => {
  it('is an answer that is not there', async () => {
    const { outcome } = await run({ agent: 'says-nothing' });
    expect(outcome).toMatchObject({
      failure: {
        type: 'invalid_response',
        message: '`says-nothing` exited with 0 but gave no answer',
        exitCode: 0,
      },
      finishReason: 'error',
    });
  });

  it('is an error behind exit code 0', async () => {
    const output = grammarOf({
      format: 'json',
      text: [at('/result')],
      success: { '/is_error': false },
      error: { message: [at('/result')], status: [at('/status')], code: [] },
    });
    const answer = '{"is_error":true,"result":"Invalid API key","status":401}';
    const { outcome } = await run({ agent: 'prints', args: print(answer), tool: { output } });
    expect(outcome.failure).toMatchObject({
      type: 'authentication',
      httpStatus: 401,
      message: '`prints` did not report success: Invalid API key',
    });
  });

  it('is a JSON error on standard error, with its end kept', async () => {
    const error = {
      message: [at('/error/message', { from: 'stderr' })],
      status: [at('/error/code', { from: 'stderr' })],
      code: [],
    };
    const stderr = `noise\n${JSON.stringify({ error: { message: 'slow down', code: 429 } }, null, 2)}\n`;
    const output = grammarOf({ format: 'json', text: [at('/result')], error });
    const { outcome } = await run({
      agent: 'prints',
      args: print('', stderr, 173),
      tool: { output },
      task: { modelName: 'm' },
    });
    expect(outcome).toMatchObject({
      exitCode: 173,
      failure: {
        type: 'rate_limit',
        message: '`prints` exited with 173: slow down',
        exitCode: 173,
        httpStatus: 429,
        model: 'm',
        stderrTail: stderr.trimEnd(),
      },
    });
  });

  it('is a death by signal', async () => {
    const { outcome } = await run({ agent: 'dies-by-signal' });
    expect(outcome.failure).toMatchObject({
      type: 'provider_error',
      message: '`dies-by-signal` was ended by SIGKILL',
    });
  });

  it('is a binary that is missing or cannot be started', async () => {
    expect((await run({ agent: 'no-such-bot', task: { binaryPath: null } })).outcome.failure).toMatchObject({
      type: 'tool_not_found',
      message: '`no-such-bot` not found in PATH',
      hint: 'npm install -g bot',
    });
    expect(
      (await run({ agent: 'gone', task: { binaryPath: join(folder, 'gone') } })).outcome.failure,
    ).toMatchObject({ type: 'tool_not_found' });
    writeFileSync(join(folder, 'plain'), 'x');
    expect(
      (await run({ agent: 'plain', task: { binaryPath: join(folder, 'plain') } })).outcome.failure,
    ).toMatchObject({ type: 'tool_not_found' });
  });

  it('is a working directory that does not exist, and not the binary', async () => {
    const { outcome } = await run({ agent: 'prints', task: { cwd: join(folder, 'gone') } });
    expect(outcome.failure).toMatchObject({
      type: 'input',
      message: expect.stringContaining('gone` does not exist'),
    });
  });

  it('is a folder for private files that cannot be written', async () => {
    const { outcome } = await run({
      agent: 'prints',
      args: ['{prompt_file}'],
      tool: { prompt: 'file' },
      context: { tmpDir: join(folder, 'gone') },
    });
    expect(outcome.failure).toMatchObject({
      type: 'input',
      message: expect.stringMatching(/gone`: ENOENT$/),
    });
  });

  it('is a command line that is too long in all', async () => {
    const args = Array.from({ length: 40 }, () => 'x'.repeat(100_000));
    const { outcome } = await run({ agent: 'prints', args });
    expect(outcome.failure).toMatchObject({
      type: 'invalid_request',
      hint: expect.stringContaining('prompt: stdin'),
    });
  });
});

describe('a clock', () => {
  it('ends a run that takes too long, and keeps what was seen', async () => {
    const { outcome } = await run({ agent: 'says-something-then-hangs', task: { timeoutMs: 300 } });
    expect(outcome).toMatchObject({
      text: 'half an ans',
      failure: {
        type: 'timeout',
        phase: 'attempt',
        message: '`says-something-then-hangs` did not finish within 300 ms',
      },
    });
  });

  it('ends a silence', async () => {
    const { outcome } = await run({ agent: 'hangs-in-silence', task: { idleTimeoutMs: 200 } });
    expect(outcome.failure).toMatchObject({
      type: 'timeout',
      phase: 'idle',
      message: '`hangs-in-silence` gave no output for 200 ms',
    });
  });

  it('is off for silence where the tool prints at its exit', async () => {
    const output = grammarOf({ atExit: true });
    const { outcome } = await run({
      agent: 'hangs-in-silence',
      tool: { output },
      task: { idleTimeoutMs: 100, timeoutMs: 400 },
    });
    expect(outcome.failure).toMatchObject({ type: 'timeout', phase: 'attempt' });
  });

  it('kills what ignores SIGTERM', async () => {
    const { outcome } = await run({ agent: 'ignores-sigterm', task: { idleTimeoutMs: 200 } });
    expect(outcome.failure).toMatchObject({ type: 'timeout', phase: 'idle' });
    expect(outcome.text).toMatch(/^working\n/);
  });

  it('still reads what a tool says on its way out', async () => {
    const usage = { ...grammarOf().usage, inputTokens: [at('/in')], outputTokens: [at('/out')] };
    const output = grammarOf({ format: 'ndjson', text: [at('/text')], usage });
    const { outcome } = await run({
      agent: 'flushes-on-sigterm',
      tool: { output, graceMs: 5000 },
      task: { idleTimeoutMs: 300 },
    });
    expect(outcome).toMatchObject({
      failure: { type: 'timeout' },
      usage: { inputTokens: 12, outputTokens: 3 },
    });
  });
});

describe('the end', () => {
  it.each([
    ['mild', 'lets SIGTERM end it'],
    ['stubborn', 'has to be killed'],
  ])('takes a grandchild that holds stdout along (%s)', async (temper) => {
    const { outcome } = await run({ agent: 'leaves-grandchild-with-stdout', args: [temper] });
    expect(outcome).toMatchObject({ failure: null, text: 'answer of the parent' });
  });

  it('does not come with stdout', async () => {
    const { outcome } = await run({ agent: 'closes-stdout-and-lives-on', task: { timeoutMs: 300 } });
    expect(outcome).toMatchObject({ text: 'early end', failure: { type: 'timeout', phase: 'attempt' } });
  });

  it('by cancel reports the reason that the signal carries', async () => {
    const cancel = new AbortController();
    const reason = failure('cancelled', 'interrupted', { phase: 'SIGINT' });
    const onEvent = () => cancel.abort(reason);
    const { outcome } = await run({ agent: 'hangs-in-silence', context: { signal: cancel.signal }, onEvent });
    expect(outcome.failure).toBe(reason);
  });

  it('by cancel before the start runs nothing', async () => {
    const { outcome, events } = await run({
      agent: 'hangs-in-silence',
      context: { signal: AbortSignal.abort() },
    });
    expect({ events, type: outcome.failure?.type }).toEqual({ events: [], type: 'cancelled' });
  });

  it('by a second cancel kills at once, whatever the grace', async () => {
    const [cancel, urgent] = [new AbortController(), new AbortController()];
    const onEvent = ({ type }: AdapterEvent) => {
      if (type !== 'delta') return;
      cancel.abort();
      urgent.abort();
    };
    const { outcome } = await run({
      agent: 'ignores-sigterm',
      tool: { graceMs: 600_000 },
      context: { signal: cancel.signal, urgent: urgent.signal },
      onEvent,
    });
    expect(outcome).toMatchObject({
      failure: { type: 'cancelled' },
      text: expect.stringMatching(/^working\n/),
    });
  });

  it('comes when nobody wants to hear more', async () => {
    const running = commandAdapter.run(
      taskFor({ agent: 'floods', args: ['{prompt_file}'], tool: { prompt: 'file' } }),
      contextFor(),
    );
    for await (const event of running) {
      if (event.type === 'started' && event.pid !== null) groups.push(event.pid);
      if (event.type === 'delta') break;
    }
    expect(groups).toHaveLength(1);
  });
});

describe('preview', () => {
  it('shows the argv and writes nothing', () => {
    const task = taskFor({
      agent: 'prints',
      args: ['{prompt_file}', '{output_file}'],
      tool: { prompt: 'file' },
    });
    expect(commandAdapter.preview(task, {})).toEqual({
      ok: true,
      value: { argv: [join(AGENTS, 'prints'), '<temp>/prompt.txt', '<temp>/output.txt'], stdin: 'closed' },
    });
    expect(commandAdapter.preview(taskFor({ agent: 'prints' }), {})).toMatchObject({
      value: { stdin: 'prompt' },
    });
  });

  it('ends in the failure of a run', () => {
    const tool = { envVars: { KEY: { value: '${MY_KEY}', at: null } } };
    expect(commandAdapter.preview(taskFor({ agent: 'prints', tool }), {})).toMatchObject({
      error: { type: 'tool_not_found' },
    });
    expect(commandAdapter.preview(taskFor({ agent: 'prints', args: ['{model}'] }), {})).toMatchObject({
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
    [binary('no-such-bot'), '`no-such-bot` not found in PATH', 'npm install -g bot'],
    [binary('package.json'), '`package.json` not found in PATH', 'npm install -g bot'],
    [binary('/no/such/bot'), '`/no/such/bot` is not an executable file', 'npm install -g bot'],
    [binary(AGENTS), `\`${AGENTS}\` is not an executable file`, 'npm install -g bot'],
    [
      { ...binary('prints'), envRequired: [{ value: 'EMPTY', at: null }] },
      '`EMPTY` is not set, and tool `bot` needs it',
      'set the variable `EMPTY`',
    ],
  ])('says what is missing: %j', (more, detail, hint) => {
    expect(commandAdapter.availability(toolOf([], more), host)).toEqual({
      available: false,
      reason: 'tool_not_found',
      detail,
      hint,
    });
  });
});
