import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import {
  type AttemptUsage,
  createRouter,
  type LogRecord,
  loadConfig,
  NotTrustedError,
  type RoutingPolicy,
  type RunEvent,
  type ToolAdapter,
  type ToolTask,
  type TraceDocument,
  version,
} from '../../src/index.js';
import { configOf } from '../rig/config.js';
import { plain, startProvider } from '../rig/provider.js';

const folder = mkdtempSync(path.join(tmpdir(), 'llm-library-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const ENV = { XDG_STATE_HOME: folder, XDG_CONFIG_HOME: folder, PATH: process.env.PATH ?? '' };

const USAGE = '{ text: hello, deltas: [hel, lo], usage: { input_tokens: 7, output_tokens: 3 } }';
const CONFIG = configOf(`
agents: { me: { preferred_tool: one, preferred_model: m, fallback_chain: [two, three] } }
tools:
  one: { kind: mock, models: [m], responses: [{ text: '', failure: { type: overloaded } }] }
  two: { kind: mock, models: [m], responses: [${USAGE}] }
  three: { kind: mock, responses: [{ text: third }] }
  denied: { kind: mock, responses: [{ text: no }] }
policies: { default: { retry: { max_retries: 0 }, governance: { denied_tools: [denied] } } }
`);
const ASKED = { agent: 'me', prompt: 'hi' };

describe('the parts that a program supplies', () => {
  it('trusts a project only where it says so', async () => {
    const project = path.join(folder, 'project');
    mkdirSync(path.join(project, '.git'), { recursive: true });
    writeFileSync(
      path.join(project, 'llm-router.yaml'),
      'version: 1\ntools: { x: { binary: x, args: [] } }\n',
    );
    const found = { cwd: project, env: ENV };
    await expect(loadConfig(found)).rejects.toBeInstanceOf(NotTrustedError);
    expect((await loadConfig({ ...found, trust: true })).tools.x?.kind).toBe('command');
  });

  it('gets the structured log and the usage, and a sink that throws keeps no other from them', async () => {
    const lines: LogRecord[] = [];
    const usages: AttemptUsage[] = [];
    const bad = () => {
      throw new Error('no disk');
    };
    const router = createRouter(CONFIG, {
      env: ENV,
      sinks: [bad, (line) => void lines.push(line)],
      onTokenUsage: (usage) => void usages.push(usage),
    });
    const invocation = await router.complete(ASKED);
    expect(invocation.warnings).toEqual([expect.stringMatching(/^an event sink failed \d times: no disk$/)]);
    expect(lines.map(({ event }) => event)).toEqual([
      'policy.choice',
      'llm.complete.start',
      'llm.complete.error',
      'policy.fallback',
      'llm.complete.start',
      'llm.complete.success',
    ]);
    expect(new Set(lines.map(({ invocation_id }) => invocation_id))).toEqual(new Set([invocation.id]));
    expect(usages).toMatchObject([
      {
        invocationId: invocation.id,
        agent: 'me',
        tool: 'two',
        usage: { inputTokens: 7, outputTokens: 3 },
        cost: { billing: 'free', chargedMicroUsd: 0 },
      },
    ]);
  });

  it('writes traces into a folder, or hands them to a store', async () => {
    const dir = path.join(folder, 'traces');
    const { id } = await createRouter(CONFIG, { env: ENV, traces: dir }).complete(ASKED);
    expect(readdirSync(dir, { recursive: true }).map(String)).toContainEqual(expect.stringContaining(id));
    const kept = new Map<string, TraceDocument>();
    const store = { write: async (trace: TraceDocument) => void kept.set(trace.id, trace) };
    const { id: second } = await createRouter(CONFIG, { env: ENV, traces: store }).complete(ASKED);
    expect(kept.get(second)).toMatchObject({
      status: 'succeeded',
      tool: 'two',
      versions: { router: version },
    });
  });

  it('removes traces that are older than the config keeps', async () => {
    const dir = path.join(folder, 'old-traces');
    const old = path.join(dir, '20200101', '01ARZ3NDEKTSV4RRFFQ69G5FAV.json');
    mkdirSync(path.dirname(old), { recursive: true, mode: 0o700 });
    writeFileSync(old, '{}');
    const router = createRouter(CONFIG, { env: ENV, traces: dir });
    const { id } = await router.complete(ASKED);
    await router.close();
    const left = readdirSync(dir, { recursive: true }).map(String);
    expect(left.filter((name) => name.endsWith('.json'))).toEqual([expect.stringContaining(id)]);
  });

  it('continues the session of an earlier invocation by its id', async () => {
    const script = path.join(folder, 'bot.sh');
    writeFileSync(script, '#!/bin/sh\necho "{\\"answer\\":\\"$*\\",\\"session\\":\\"s-1\\"}"\n', {
      mode: 0o755,
    });
    const config = configOf(`
tools:
  bot:
    binary: ${script}
    args: [run, ["--resume", "{tool_session_id}"]]
    output: { format: json, text: /answer, tool_session_id: /session }
`);
    for (const traces of [path.join(folder, 'sessions'), storeInMemory()]) {
      const router = createRouter(config, { env: ENV, traces });
      const { id } = await router.complete({ tool: 'bot', prompt: 'hi' });
      expect(await router.complete({ prompt: 'again', resume: id })).toMatchObject({
        text: 'run --resume s-1',
      });
      const missing = router.complete({ prompt: 'again', resume: '01ARZ3NDEKTSV4RRFFQ69G5FAV' });
      await expect(missing).rejects.toMatchObject({ name: 'RequestError', failure: { type: 'usage' } });
      await router.close();
    }
  });

  it('routes by its own policy, within the rules of the config', async () => {
    const offered: (string | null)[] = [];
    const route: RoutingPolicy = (candidates, { agent, inputTokens }) => {
      offered.push(agent, ...candidates.map(({ tool }) => tool));
      expect(inputTokens).toBeGreaterThan(0);
      return [...candidates].reverse().filter(({ tool }) => tool !== 'two');
    };
    const env = { ...ENV, XDG_STATE_HOME: path.join(folder, 'routing') };
    const router = createRouter(CONFIG, { env, route });
    const plan = await router.plan(ASKED);
    expect(offered).toEqual(['me', 'one', 'two', 'three']);
    expect(plan.candidates.map(({ tool }) => tool)).toEqual(['three', 'one']);
    expect(plan.rejected).toMatchObject([{ tool: 'two', reason: 'not_allowed' }]);
    expect(await router.complete(ASKED)).toMatchObject({ text: 'third', tool: 'three' });
  });

  it('cannot route to what the rules refuse', async () => {
    const denied = {
      tool: 'denied',
      model: null,
      provider: null,
      billing: 'free',
      because: [],
      readyAt: null,
    };
    const router = createRouter(CONFIG, { env: ENV, route: () => [denied as never] });
    await expect(router.complete(ASKED)).rejects.toMatchObject({
      name: 'RequestError',
      message: expect.stringContaining('`route` returned `denied`, which is not among its candidates'),
    });
    const empty = createRouter(CONFIG, { env: ENV, route: () => [] });
    expect(await empty.complete(ASKED)).toMatchObject({ status: 'failed', failure: { type: 'not_allowed' } });
  });
});

const OWN = configOf(`
tools:
  own: { kind: custom, models: [priced], billing: api }
  spare: { kind: mock, responses: [{ text: spare }] }
agents: { me: { preferred_tool: own, fallback_chain: [spare] } }
models: { priced: { id: real-id, cost_per_1m_tokens: { input: 10, output: 20 } } }
policies: { default: { retry: { max_retries: 0 } } }
`);

describe('an adapter of the program', () => {
  const router = (own: ToolAdapter) =>
    createRouter(OWN, {
      env: { ...ENV, XDG_STATE_HOME: mkdtempSync(path.join(folder, 's')) },
      adapters: { own },
    });

  it('answers as any other tool, priced by the catalogue', async () => {
    const tasks: ToolTask[] = [];
    const adapted = router({
      async *run(task) {
        tasks.push(task);
        yield 'hel';
        yield 'lo';
        return { usage: { inputTokens: 1_000_000, outputTokens: 500_000 } };
      },
    });
    const texts: string[] = [];
    for await (const event of adapted.stream({ ...ASKED, temperature: 0.5 }))
      if (event.type === 'output.delta') texts.push(event.text);
      else if (event.type === 'invocation.finished')
        expect(event.invocation).toMatchObject({
          text: 'hello',
          tool: 'own',
          cost: { chargedMicroUsd: 20_000_000, basis: 'computed', billing: 'api' },
        });
    expect(texts).toEqual(['hel', 'lo']);
    expect(tasks).toMatchObject([{ tool: 'own', model: 'real-id', prompt: 'hi', temperature: 0.5 }]);
  });

  const failing: readonly [string, ToolAdapter['run'], object][] = [
    [
      'throws',
      // biome-ignore lint/correctness/useYield: it fails before its first piece
      async function* () {
        throw new Error('socket closed');
      },
      { type: 'provider_error', message: 'the adapter of `own` failed: socket closed' },
    ],
    [
      'says why it failed',
      async function* () {
        yield 'par';
        return { failure: { type: 'overloaded' as const, message: 'too busy' } };
      },
      { type: 'overloaded', message: 'too busy' },
    ],
    [
      'gives no answer',
      async function* () {
        yield ' ';
        return undefined;
      },
      { type: 'invalid_response' },
    ],
    [
      'says that it was cut by an error',
      async function* () {
        yield 'half an';
        return { finishReason: 'error' as const };
      },
      { type: 'provider_error' },
    ],
    [
      'fails with a word that is no type',
      async function* () {
        yield 'par';
        return { failure: { type: 'odd' as 'refused', message: 'odd' } };
      },
      { type: 'provider_error', message: 'odd' },
    ],
  ];
  it.each(failing)('that %s falls back', async (_how, run, failure) => {
    const invocation = await router({ run }).complete(ASKED);
    expect(invocation).toMatchObject({
      text: 'spare',
      attempts: [{ tool: 'own', failure }, { tool: 'spare' }],
    });
  });

  it('is not believed in figures that cannot be', async () => {
    const run: ToolAdapter['run'] = async function* () {
      yield 'done';
      return { usage: { inputTokens: -5, outputTokens: Number.NaN }, costUsd: -7 };
    };
    const { status, usage, cost } = await router({ run }).complete(ASKED);
    expect({ status, usage, basis: cost?.basis, charged: cost?.chargedMicroUsd ?? null }).toEqual({
      status: 'succeeded',
      usage: null,
      basis: 'unknown',
      charged: null,
    });
  });

  it('that never ends is not waited for after its signal or its time', async () => {
    const stop = new AbortController();
    const run: ToolAdapter['run'] = async function* () {
      yield 'first';
      await new Promise(() => undefined);
      return undefined;
    };
    const onEvent = ({ type }: RunEvent) => (type === 'output.delta' ? stop.abort() : undefined);
    const cancelled = await router({ run }).complete(ASKED, { signal: stop.signal, onEvent });
    expect(cancelled).toMatchObject({ status: 'cancelled', attempts: [{ partialText: 'first' }] });
    expect(await router({ run }).complete({ ...ASKED, timeoutMs: 30 })).toMatchObject({
      failure: { type: 'timeout' },
    });
  });

  it('is needed: without it the tool is not there, and it serves no other kind', async () => {
    const plan = await createRouter(OWN, { env: ENV }).plan(ASKED);
    expect(plan).toMatchObject({ candidates: [{ tool: 'spare' }], rejected: [{ reason: 'tool_not_found' }] });
    const busy = router({
      unavailable: () => 'no graphics card',
      run: async function* () {
        yield '';
        return undefined;
      },
    });
    expect(await busy.plan(ASKED)).toMatchObject({ rejected: [{ tool: 'own', detail: 'no graphics card' }] });
    const adapters = {
      spare: {
        run: async function* () {
          yield 'x';
          return undefined;
        },
      },
    };
    expect(() => createRouter(OWN, { env: ENV, adapters })).toThrow(
      '`adapters` has `spare`, which is no tool of kind `custom`',
    );
  });
});

describe('a stream', () => {
  it('gives every event as it is read, and the invocation at its end', async () => {
    const router = createRouter(CONFIG, { env: ENV });
    const events: RunEvent[] = [];
    for await (const event of router.stream({ tool: 'two', prompt: 'hi' })) events.push(event);
    const text = events.map((event) => (event.type === 'output.delta' ? event.text : '')).join('');
    expect(text).toBe('hello');
    expect(events.at(-1)).toMatchObject({ type: 'invocation.finished', invocation: { text: 'hello' } });
  });

  it('cancels the run when its reader leaves', async () => {
    const slow = configOf('tools: { slow: { kind: mock, responses: [{ text: late, delay: 1h }] } }');
    const lines: LogRecord[] = [];
    const router = createRouter(slow, { env: ENV, sinks: [(line) => void lines.push(line)] });
    for await (const { type } of router.stream({ tool: 'slow', prompt: 'hi' }))
      if (type === 'attempt.started') break;
    await router.close();
    expect(lines.at(-1)).toMatchObject({ event: 'llm.complete.error', failure: 'cancelled' });
  });

  it('throws what `complete` rejects with, and starts nothing before it is read', async () => {
    const router = createRouter(CONFIG, { env: ENV });
    const unread = router.stream(ASKED);
    await unread.return();
    await expect(router.stream({ agent: 'nobody', prompt: 'hi' }).next()).rejects.toMatchObject({
      name: 'RequestError',
    });
    const over = router.stream(ASKED, { signal: AbortSignal.abort() });
    const events: RunEvent[] = [];
    for await (const event of over) events.push(event);
    expect(events.at(-1)).toMatchObject({ invocation: { status: 'cancelled' } });
    await router.close();
  });
});

describe('the models', () => {
  it('are those of the config and of its providers, with what the policy allows', async () => {
    const provider = await startProvider([
      plain(200, { object: 'list', data: [{ id: 'fresh', object: 'model' }] }),
    ]);
    const config = configOf(`
tools: { api: { kind: http, api: openai-chat, base_url: '${provider.url}/v1', models: [known], billing: free } }
models: { known: { id: known-id } }
policies: { default: { governance: { denied_models: [known] } } }
`);
    const router = createRouter(config, { env: { ...ENV, XDG_CACHE_HOME: folder } });
    const { models, providers } = await router.models({ tool: 'api', refresh: true });
    expect(models.map(({ name, isAllowed }) => [name, isAllowed])).toEqual([
      ['known', false],
      ['fresh', false],
    ]);
    expect(providers).toMatchObject([{ tool: 'api', state: 'listed' }]);
    await expect(router.models({ tool: 'apy' })).rejects.toMatchObject({ name: 'RequestError' });
    await provider.close();
  });
});

describe('several routers of one process', () => {
  it('leave it as it was', async () => {
    const before = [process.eventNames(), { ...process.env }, process.cwd(), process.exitCode];
    const routers = [createRouter(CONFIG, { env: ENV }), createRouter(CONFIG, { env: ENV })];
    const answers = await Promise.all(routers.map((router) => router.complete(ASKED)));
    expect(answers.map(({ text }) => text)).toEqual(['hello', 'hello']);
    const rows = await routers[0]?.health({ probe: false });
    expect(rows?.find(({ subject }) => subject === 'two')).toMatchObject({ check: 'tool', status: 'ok' });
    await Promise.all(routers.map((router) => router.close()));
    expect([process.eventNames(), { ...process.env }, process.cwd(), process.exitCode]).toEqual(before);
  });
});

function storeInMemory() {
  const kept = new Map<string, TraceDocument>();
  return {
    write: async (trace: TraceDocument) => void kept.set(trace.id, trace),
    find: async (id: string) => kept.get(id) ?? null,
  };
}
