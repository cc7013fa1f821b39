import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { runInProcess } from '../rig/in-process.js';
import { itInSoak } from '../soak.js';

const CONFIG = `version: 1
default_agent: me
agents: { me: { preferred_tool: bot } }
tiers: { premium: [big] }
tools:
  bot: { kind: mock, models: [small, big], responses: [{ text: '{"score": 7}', usage: { input_tokens: 3, output_tokens: 2 } }] }
models: { small: { provider: x, id: small }, big: { provider: x, id: big } }
`;
const root = mkdtempSync(path.join(tmpdir(), 'llm-exec-'));
writeFileSync(path.join(root, 'c.yaml'), CONFIG);
const exec = (args: string[], more: Partial<Parameters<typeof runInProcess>[1]> = {}) =>
  runInProcess(['exec', '--config', 'c.yaml', ...args, 'hi'], { root, ...more });

describe('--field', () => {
  it.each([
    ['text', '{"score": 7}\n'],
    ['tool', 'bot\n'],
    ['usage.output_tokens', '2\n'],
    ['usage', '{"input_tokens":3,'],
    ['plan.candidates.0.tool', 'bot\n'],
    ['warnings', '[]\n'],
  ])('%s prints one value', async (field, printed) => {
    const { code, stdout, stderr } = await exec(['--field', field]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.startsWith(printed)).toBe(true);
  });

  it('reads the parsed answer, with a schema given as JSON', async () => {
    const schema = '{"type": "object", "required": ["score"]}';
    const given = await exec(['--schema', schema, '--field', 'data.score']);
    expect([given.code, given.stdout, given.stderr]).toEqual([0, '7\n', '']);
    const unmet = await exec(['--schema', '{"type": "array"}', '--field', 'failure.type']);
    expect([unmet.code, unmet.stdout]).toEqual([76, 'contract_violation\n']);
  });

  it.each(['data.score', 'failure.hint', 'attempts.7.usage.total_tokens', 'plan.most_input_tokens'])(
    'prints nothing for a value that this run does not have, and says so: %s',
    async (field) => {
      const { code, stdout, stderr } = await exec(['--field', field]);
      expect([code, stdout]).toEqual([0, '']);
      expect(stderr).toBe(`\`${field}\` has no value in this run (--field)\n`);
    },
  );

  it.each([
    ['txet', 'did you mean `text`?'],
    ['usage.tokens', 'fields: input_tokens'],
    ['cost.eur', 'fields: usd'],
    ['text.score', '`text` is one value, without fields'],
    ['failure.type.word', '`failure.type` is one value, without fields'],
    ['attempts.tool', '`attempts` is a list: `attempts.0` is its first item'],
    ['attempts.0.tol', 'did you mean `tool`?'],
  ])('%s is a usage error before anything runs, since no document has it', async (field, hint) => {
    const { code, stdout, stderr } = await exec(['--field', field]);
    expect([code, stdout]).toEqual([64, '']);
    expect(stderr).toContain(`error: --field: no document has \`${field}\` [usage]\nhint: `);
    expect(stderr).toContain(hint);
  });

  it('and a document are a usage error', async () => {
    const { code, stderr } = await exec(['--field', 'text', '--json']);
    expect(code).toBe(64);
    expect(stderr).toContain('`--field` prints one field, not a whole document');
  });
});

describe('options', () => {
  it('-m is short for --model', async () => {
    expect((await exec(['-m', 'big', '--field', 'model'])).stdout).toBe('big\n');
  });

  it.each([
    [['--complexity', 'HIGH'], 'big\n'],
    [['--tier', 'Premium'], 'big\n'],
  ])('%j is taken in any case', async (args, model) => {
    expect((await exec([...args, '--field', 'model'])).stdout).toBe(model);
  });

  it.each([
    [['--temperature', '3'], '--temperature: `3` is not a number from 0 to 2'],
    [['--temperature', '-1'], '--temperature: `-1` is not a number of at least 0'],
    [['--complexity', 'huge'], '--complexity: `huge` is not one of low, medium, high'],
    [['--color', 'red'], '--color: `red` is not one of auto, always, never'],
  ])('%j is refused', async (args, message) => {
    const { code, stderr } = await exec(args);
    expect(code).toBe(64);
    expect(stderr).toContain(`error: ${message} [usage]`);
  });

  it.each([
    ['exec --complexity hihg', 'complexity: `hihg` is not one of low, medium, high', 'did you mean `high`?'],
    ['completion bsh', 'shell: `bsh` is not one of bash, zsh, fish', 'did you mean `bash`?'],
    ['undo x y z', '`undo` takes at most 1 argument, and got 3', 'see `llm-router undo --help`'],
    ['config show agnets --config c.yaml', 'no such key: `agnets`', 'did you mean `agents`?'],
    ['help config/unknown-ky', 'no help on `config/unknown-ky`', 'did you mean `config/unknown-key`?'],
  ])('`%s` is refused in plain words, with the nearest right one', async (line, message, hint) => {
    const { code, stderr } = await runInProcess(line.split(' '), { root });
    expect([code, stderr]).toEqual([64, expect.stringContaining(`${message} [usage]`)]);
    expect(stderr).toContain(hint);
  });

  it('help has the meaning of a finding', async () => {
    const { code, stdout } = await runInProcess(['help', 'config/unknown-key'], { root });
    expect(code).toBe(0);
    expect(stdout).toContain('config/unknown-key (error): a key that does not exist at its place\n');
  });

  it('--source-agent is in the document', async () => {
    const { stdout } = await exec(['--source-agent', 'planner', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ agent: 'me', source_agent: 'planner' });
  });
});

describe('a depth without a parent', () => {
  it('counts for max_depth', async () => {
    const { code, stderr } = await exec([], { env: { LLM_ROUTER_DEPTH: '5' } });
    expect(code).toBe(77);
    expect(stderr).toContain('this call is nested 5 deep');
  });

  it('refuses --force', async () => {
    const { code } = await exec(['--force', '--justification', 'x'], { env: { LLM_ROUTER_DEPTH: '1' } });
    expect(code).toBe(77);
  });

  it.each(['0', '-1', 'x', ''])('of `%s` is none', async (depth) => {
    expect((await exec([], { env: { LLM_ROUTER_DEPTH: depth } })).code).toBe(0);
  });
});

describe('the closing line', () => {
  it('names tool, time, cost and tokens on a terminal', async () => {
    const { stderr } = await exec(['-m', 'small'], { columns: 80, env: { CI: '1', NO_COLOR: '1' } });
    expect(stderr.split('\n').at(-2)).toBe('bot small, 0 ms, $0.00, 5 tokens');
  });

  it.each([
    [['-q'], 80],
    [[], undefined],
    [['--json'], 80],
  ])('is not printed with %j on %s columns', async (args, columns) => {
    const given = columns === undefined ? {} : { columns };
    expect((await exec(args, { ...given, env: { CI: '1', NO_COLOR: '1' } })).stderr).toBe('');
  });
});

describe('other commands', () => {
  const run = (...args: string[]) => runInProcess(args, { root });

  it('version --json', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(JSON.parse((await run('version', '--json')).stdout)).toMatchObject({
      version,
      node: process.versions.node,
    });
  });

  it('trace show last', async () => {
    const empty = mkdtempSync(path.join(tmpdir(), 'llm-empty-'));
    const none = await runInProcess(['trace', 'show', 'last'], { root: empty });
    expect([none.code, none.stderr.split('\n')[0]]).toEqual([64, 'error: there is no trace yet [usage]']);
    const { stdout } = await exec(['--field', 'id']);
    const shown = await run('trace', 'show', 'last', '--json');
    expect(JSON.parse(shown.stdout).id).toBe(stdout.trim());
  });

  it('help on a command below another', async () => {
    expect((await run('help', 'config', 'show')).stdout).toMatch(/^Usage: llm-router config show/);
    expect((await run('help', 'trace', 'prune')).stdout).toMatch(/^Usage: llm-router trace prune/);
    expect((await run('help', 'config')).stdout).toMatch(/^The configuration of llm-router/);
    const unknown = await run('help', 'config', 'shwo');
    expect([unknown.code, unknown.stderr]).toEqual([
      64,
      expect.stringContaining('did you mean `config show`?'),
    ]);
  });

  it.each([
    [['confg'], 'config', 'llm-router --help'],
    [['config', 'shwo'], 'show', 'llm-router config --help'],
    [['trace', 'shwo'], 'show', 'llm-router trace --help'],
    [['stats', 'prun'], 'prune', 'llm-router stats --help'],
  ])('%j is an error with a suggestion', async (args, near, help) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout]).toEqual([64, '']);
    expect(stderr).toContain(
      `error: unknown command \`${args.at(-1)}\` [usage]\nhint: did you mean \`${near}\`?`,
    );
    expect(stderr).toContain(`see \`${help}\``);
  });
});

describe('a text that is too long', () => {
  const large = path.join(root, 'large.txt');
  writeFileSync(large, '');
  truncateSync(large, 16 * 1024 * 1024 + 1);

  it.each([
    ['--prompt-file', ['-f', large]],
    ['--context', ['-c', large]],
    ['--system-file', ['--system-file', large]],
    ['--schema', ['--schema', large]],
  ])('is refused by its size for %s', async (option, args) => {
    const { code, stderr } = await exec(args);
    expect(code).toBe(66);
    expect(stderr).toContain(`cannot read \`${large}\` (${option}): it is larger than 16777216 bytes`);
  });

  itInSoak('is refused on stdin, and as the sum of its parts', async () => {
    const piece = Buffer.alloc(1024 * 1024, 'a');
    const stdin = Readable.from(Array.from({ length: 17 }, () => piece));
    const piped = await runInProcess(['exec', '--config', 'c.yaml'], { root, stdin });
    expect([piped.code, piped.stderr]).toEqual([
      66,
      expect.stringContaining('cannot read stdin: it is larger'),
    ]);
    writeFileSync(path.join(root, 'half.txt'), Buffer.alloc(9 * 1024 * 1024, 'a'));
    const { code, stderr } = await exec(['-c', 'half.txt', '-c', 'half.txt']);
    expect([code, stderr]).toEqual([
      66,
      expect.stringContaining('the prompt is longer than 16777216 characters'),
    ]);
  });
});

it('`--timeout` ends the wait for the writer of a named pipe', async () => {
  execFileSync('mkfifo', [path.join(root, 'pipe')]);
  const { code, stderr } = await exec(['-f', 'pipe', '--timeout', '50ms']);
  expect([code, stderr]).toEqual([124, expect.stringContaining('[timeout]')]);
});

describe('a value that is refused', () => {
  it.each([
    ['--tier', 'medium', 'did you mean `balanced`?'],
    ['--tier', 'fst', 'did you mean `fast`?'],
    ['--complexity', 'premium', 'did you mean `high`?'],
    ['--access', 'write', 'did you mean `edit`?'],
    ['--max-tokens', '99999999999999999999', 'is not a whole number from 1 to 999999999'],
    ['--retries', '9999999999', 'is not a whole number from 0 to 999999999'],
    ['--max-cost', '0x10', 'is not a number of at least 0'],
    ['--max-cost', '1,5', 'is not a number of at least 0'],
  ])('%s %s', async (option, value, said) => {
    const { code, stdout, stderr } = await exec([option, value]);
    expect([code, stdout, stderr]).toEqual([64, '', expect.stringContaining(said)]);
  });

  it.each(['.5', '1.', '2e-3', '0'])('is not the amount %s', async (amount) => {
    expect((await exec(['--max-cost', amount])).code).toBe(0);
  });
});
