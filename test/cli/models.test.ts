import { chmodSync, existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { runInProcess } from '../rig/in-process.js';
import { type Provider, plain, type Reply, startProvider } from '../rig/provider.js';

const NOW = Date.parse('2026-11-20T09:30:00Z');
const KEY = 'dummy-key-of-a-provider';
const providers: Provider[] = [];
afterEach(() => Promise.all(providers.splice(0).map((provider) => provider.close())));

async function provider(...replies: Reply[]): Promise<Provider> {
  const started = await startProvider(replies);
  providers.push(started);
  return started;
}

/** A user with one config, in a folder of their own. */
function project(config: string) {
  const root = mkdtempSync(path.join(tmpdir(), 'llm-models-'));
  writeFileSync(path.join(root, 'c.yaml'), `version: 1\n${config}`);
  const run = (args: readonly string[], more: { nowMs?: number; columns?: number } = {}) =>
    runInProcess(['models', '--config', 'c.yaml', ...args], {
      root,
      nowMs: NOW,
      env: { NO_COLOR: '1', CI: '1', P_KEY: KEY },
      ...more,
    });
  const kept = path.join(root, 'home', '.cache', 'llm-router', 'models.json');
  return { root, run, kept };
}

/** A tool of kind `http` in one line. */
function tool(name: string, url: string, keys: Readonly<Record<string, unknown>> = {}): string {
  const entry = {
    kind: 'http',
    api: 'openai-chat',
    base_url: url,
    api_key_env: 'P_KEY',
    models: ['*'],
    ...keys,
  };
  return `  ${name}: ${JSON.stringify(entry)}\n`;
}

const LIST = plain(200, { data: [{ id: 'gpt-x', context_length: 128_000 }] });

describe('models', () => {
  it('merges the catalogue, governance and the lists of five providers', async () => {
    const openai = await provider(
      plain(200, {
        data: [{ id: 'big-2', shutdown_date: '2026-12-11' }, { id: 'gpt-x' }, { id: 'text-embedding' }],
      }),
    );
    const router = await provider(
      plain(200, {
        data: [
          {
            id: 'acme/mini',
            context_length: 131_072,
            pricing: { prompt: '0.0000002', completion: '0.0000008' },
          },
        ],
      }),
    );
    const anthropic = await provider(plain(200, { data: [{ id: 'clever-1', max_input_tokens: 200_000 }] }));
    const gemini = await provider(
      plain(200, {
        models: [{ name: 'models/gem-1', inputTokenLimit: 1_048_576, outputTokenLimit: 65_536 }],
      }),
    );
    const ollama = await provider(
      plain(200, { models: [{ model: 'llama3.2:latest' }, { model: 'tiny:1b' }] }),
    );
    const { run } = project(
      `default_agent: worker
agents: { worker: { preferred_tool: five-openai, preferred_model: big } }
models:
  big: { provider: acme, id: big-2, tier: premium, context_window: 200000, cost_per_1m_tokens: { input: 3, output: 15 } }
  small: { provider: acme, id: small-2, tier: fast, deprecated: true, superseded_by: big }
policies: { default: { governance: { denied_models: ['*embedding*'], denied_tools: [five-ollama] } } }
tools:
${[
  tool('five-openai', `${openai.url}/v1`, { models: ['big', 'small', '*'] }),
  tool('five-router', `${router.url}/api/v1`),
  tool('five-anthropic', anthropic.url, { api: 'anthropic-messages' }),
  tool('five-gemini', gemini.url, { api: 'gemini' }),
  tool('five-ollama', ollama.url, { api: 'ollama', models: ['llama3.2', '*'] }),
].join('')}`,
    );
    const { code, stdout, stderr } = await run(['--json']);
    expect([code, stderr]).toEqual([0, '']);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({
      count: document.models.length,
      default_model: 'big',
      policy: 'default',
    });
    const row = (name: string) => document.models.find((one: { name: string }) => one.name === name);
    expect(row('big')).toEqual({
      name: 'big',
      provider: 'acme',
      id: 'big-2',
      tier: 'premium',
      context_window: 200_000,
      max_output_tokens: null,
      cost_per_1m_tokens: { input: 3, output: 15 },
      priced_by: 'catalogue',
      tools: ['five-openai'],
      listed_by: ['five-openai'],
      allowed: true,
      reason: null,
      deprecated: true,
      superseded_by: null,
      shutdown_date: '2026-12-11',
    });
    expect(row('small')).toMatchObject({ listed_by: [], deprecated: true, superseded_by: 'big' });
    expect(row('text-embedding')).toMatchObject({
      provider: 'acme',
      allowed: false,
      reason: 'policy `default` denies model `text-embedding` by `*embedding*`',
    });
    expect(row('acme/mini')).toMatchObject({
      provider: 'five-router',
      context_window: 131_072,
      cost_per_1m_tokens: { input: 0.2, output: 0.8 },
      priced_by: 'provider',
    });
    expect(row('clever-1')).toMatchObject({ provider: 'five-anthropic', context_window: 200_000 });
    expect(row('gem-1')).toMatchObject({ context_window: 1_048_576, max_output_tokens: 65_536 });
    expect(row('llama3.2')).toMatchObject({ provider: 'ollama', listed_by: ['five-ollama'], allowed: true });
    expect(row('tiny:1b')).toMatchObject({
      allowed: false,
      reason: 'policy `default` denies tool `five-ollama` by `five-ollama`',
    });
    const asked = document.providers.filter(({ state }: { state: string }) => state === 'listed');
    expect(asked.map(({ tool: name, models }: { tool: string; models: number }) => [name, models])).toEqual([
      ['five-openai', 3],
      ['five-router', 1],
      ['five-anthropic', 1],
      ['five-gemini', 1],
      ['five-ollama', 2],
    ]);
    const calls = [openai, router, anthropic, gemini, ollama].map((one) => one.calls[0]);
    expect(
      calls.every((call) => JSON.stringify(call?.headers).includes(KEY) && !call?.path.includes(KEY)),
    ).toBe(true);
    expect(stdout).not.toContain(KEY);
  });

  it('is a table that fits the terminal', async () => {
    const { run } = project(
      `models: { big: { provider: acme, id: big-2, tier: premium, context_window: 1050000, cost_per_1m_tokens: { input: 3, output: 15 } } }
tools: { bot: { binary: bot, args: [], models: [big, mine] } }\n`,
    );
    const { stdout } = await run(['--tool', 'bot']);
    expect(stdout.split('\n').map((line) => line.trimEnd())).toEqual([
      'MODEL  PROVIDER  ID     TIER     WINDOW  IN/1M  OUT/1M  TOOLS  ALLOWED  DEPRECATED',
      'big    acme      big-2  premium   1.05M  $3.00  $15.00  bot    yes      -',
      'mine   acme      mine   -             -      -       -  bot    yes      -',
      '',
    ]);
    const none = project('tools: { bot: { binary: bot, args: [] } }\n');
    expect(await none.run(['--tool', 'bot'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'tool `bot` lists no models\n',
    });
    const narrow = (await run([], { columns: 80 })).stdout.split('\n');
    expect(Math.max(...narrow.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('keeps lists for `models_ttl`, privately, and asks again after it or with --refresh', async () => {
    const { url, calls } = await provider(LIST, LIST, LIST);
    const { run, kept } = project(`tools:\n${tool('p', `${url}/v1`, { models_ttl: '10m' })}`);
    expect((await run([])).stderr).toBe('');
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    expect(readFileSync(kept, 'utf8')).not.toContain(KEY);
    const later = await run([], { nowMs: NOW + 599_000 });
    expect(later.stdout).toMatch(/^gpt-x +p +gpt-x +- +128K/m);
    expect(later.stderr).toBe(
      'lists of providers from the cache: p (1 model) from 9m 59s ago; `--refresh` asks them again\n',
    );
    expect(calls.length).toBe(1);
    await run(['--refresh'], { nowMs: NOW + 599_000 });
    expect(calls.length).toBe(2);
    await run([], { nowMs: NOW + 599_000 + 600_000 });
    expect(calls.length).toBe(3);
  });

  it('shows an old list with its age and the reason when the provider cannot be asked', async () => {
    const { url } = await provider(LIST, plain(401, { error: { message: 'wrong key' } }));
    const { run } = project(`tools:\n${tool('p', `${url}/v1`)}`);
    await run([]);
    const { code, stdout, stderr } = await run([], { nowMs: NOW + 7_200_000 });
    expect([code, stdout]).toEqual([0, expect.stringContaining('gpt-x')]);
    expect(stderr).toBe(
      'warning: `p` answered 401: wrong key; its list is from 2h ago (check the key in `P_KEY`)\n',
    );
    const { providers: states } = JSON.parse((await run(['--json', '--tool', 'p'])).stdout);
    expect(states).toEqual([
      expect.objectContaining({ tool: 'p', state: 'kept', models: 1, listed_at: '2026-11-20T09:30:00.000Z' }),
    ]);
  });

  it('warns of a provider that fails, and lists the others', async () => {
    const [good, bad] = [await provider(LIST), await provider(plain(200, '<html>hello</html>'))];
    const { run } = project(`tools:\n${tool('good', `${good.url}/v1`)}${tool('bad', `${bad.url}/v1`)}`);
    const { code, stdout, stderr } = await run([]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^gpt-x +good /m)]);
    expect(stderr).toBe(
      'warning: `bad` gave a web page instead of its models (check `base_url` of the tool)\n',
    );
  });

  it('asks nothing of a config that is not trusted', async () => {
    const { url, calls } = await provider();
    const { root } = project('');
    writeFileSync(path.join(root, 'llm-router.yaml'), `version: 1\ntools:\n${tool('p', `${url}/v1`)}`);
    const { code, stderr } = await runInProcess(['models'], { root, env: { CI: '1', P_KEY: KEY } });
    expect([code, calls.length]).toEqual([0, 0]);
    expect(stderr).toBe(
      'warning: the config is not trusted, so no provider was asked (llm-router config trust)\n',
    );
  });

  it('needs a key, and says so only for a tool that is asked for', async () => {
    const { run } = project('');
    expect((await run([])).stderr).toBe('');
    const { code, stderr } = await run(['--tool', 'openai']);
    expect([code, stderr]).toEqual([
      0,
      'warning: `OPENAI_API_KEY` is not set, and tool `openai` needs it (set the variable `OPENAI_API_KEY`)\n',
    ]);
  });

  it.each([
    ['damaged', (file: string) => writeFileSync(file, '{"version":1,"lists":[{"source":7},{"models":')],
    ['of a wrong shape', (file: string) => writeFileSync(file, '{"lists":{"models":[null]}}')],
    ['that others can write', (file: string) => chmodSync(file, 0o666)],
  ])('asks again where the kept lists are in a file %s', async (_name, spoil) => {
    const { url, calls } = await provider(LIST, LIST);
    const { run, kept } = project(`tools:\n${tool('p', `${url}/v1`)}`);
    await run([]);
    spoil(kept);
    expect((await run([])).stdout).toContain('gpt-x');
    expect(calls.length).toBe(2);
  });

  it('goes on where lists cannot be kept', async () => {
    const { url } = await provider(LIST);
    const { root, run, kept } = project(`tools:\n${tool('p', `${url}/v1`)}`);
    writeFileSync(path.join(root, 'home'), 'not a folder');
    const { code, stdout, stderr } = await run([]);
    expect([code, existsSync(kept)]).toEqual([0, false]);
    expect(stdout).toContain('gpt-x');
    expect(stderr).toContain('the lists of models cannot be kept');
  });

  it.each([
    [['--tool', 'opnai'], 'unknown tool `opnai`', 'did you mean `openai`'],
    [['--agent', 'nobody'], 'unknown agent `nobody`', 'the config defines no agents'],
  ])('%j is a usage error', async (args, message, hint) => {
    const { code, stderr } = await project('').run(args);
    expect(code).toBe(64);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
  });
});

describe('a model that its provider does not have', () => {
  const missing = plain(404, { error: { message: 'The model does not exist', code: 'model_not_found' } });
  const exec = async (
    config: string,
    model: string,
    before?: (run: ReturnType<typeof project>['run']) => unknown,
  ) => {
    const { root, run } = project(config);
    await before?.(run);
    return runInProcess(['exec', '--config', 'c.yaml', '--tool', 'p', '--model', model, '--no-stdin', 'hi'], {
      root,
      nowMs: NOW,
      env: { NO_COLOR: '1', CI: '1', P_KEY: KEY },
    });
  };

  it('fails with the nearest of those that it listed', async () => {
    const many = Array.from({ length: 3000 }, (_, n) => ({ id: `other-${n}` }));
    const { url } = await provider(plain(200, { data: [...many, { id: 'gpt-7.5-sol' }] }), missing);
    const config = `tools:\n${tool('p', `${url}/v1`)}`;
    const { stderr } = await exec(config, 'gpt-7.5-sool', (run) => run([]));
    expect(stderr).toContain(
      "hint: did you mean `gpt-7.5-sol`? check the model's `id` in `models`, and `base_url` of the tool; `llm-router models --tool p` lists what it has",
    );
  });

  it('fails with the successor of a deprecated one', async () => {
    const { url } = await provider(missing);
    const { stderr } = await exec(`tools:\n${tool('p', `${url}/v1`)}`, 'gpt-4.1');
    expect(stderr).toContain('hint: it is deprecated, and its successor is `gpt-6-luna`; check');
  });
});
