import { getEventListeners } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigError, createRouter, type LibraryRouter, loadConfig, RequestError } from '../../src/index.js';
import { openFiles } from '../rig/open-files.js';
import { chatEvents, startProvider, stream } from '../rig/provider.js';
import { itInSoak } from '../soak.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'llm-library-'));
  writeFileSync(
    path.join(folder, 'good.yaml'),
    'version: 1\nagents: { me: { preferred_tool: canned } }\ntools: { canned: { kind: mock, responses: [{ text: hello }] } }\n',
  );
  writeFileSync(path.join(folder, 'bad.yaml'), 'version: 1\nagents: { me: { preferred_tool: cannned } }\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const options = (name: string) => ({
  path: path.join(folder, name),
  cwd: folder,
  env: { XDG_CONFIG_HOME: folder },
});

describe('the library', () => {
  it('loads a config, plans and completes', async () => {
    const router = createRouter(await loadConfig(options('good.yaml')));
    expect((await router.plan({ agent: 'me', prompt: 'hi' })).candidates).toMatchObject([{ tool: 'canned' }]);
    const seen: string[] = [];
    const invocation = await router.complete(
      { agent: 'me', prompt: 'hi' },
      { onEvent: ({ type }) => void seen.push(type) },
    );
    expect(invocation).toMatchObject({ status: 'succeeded', text: 'hello' });
    expect(seen.at(-1)).toBe('invocation.finished');
  });

  it('knows that it is inside the run of another agent', async () => {
    const env = { XDG_STATE_HOME: folder, LLM_ROUTER_DEPTH: '4' };
    const deep = createRouter(await loadConfig(options('good.yaml')), { env });
    await expect(deep.plan({ agent: 'me', prompt: 'hi' })).resolves.toMatchObject({ agent: 'me' });
    const forced = deep.plan({ agent: 'me', prompt: 'hi', force: true, justification: 'why' });
    await expect(forced).rejects.toMatchObject({ failure: { type: 'not_allowed' } });
    const deeper = createRouter(await loadConfig(options('good.yaml')), {
      env: { ...env, LLM_ROUTER_DEPTH: '5' },
    });
    await expect(deeper.plan({ agent: 'me', prompt: 'hi' })).rejects.toMatchObject({
      failure: { type: 'not_allowed' },
    });
  });

  it('closes its connections to a provider, unless another router uses them', async () => {
    const provider = await startProvider();
    const tool = `{ kind: http, api: openai-chat, base_url: '${provider.url}', models: [m], billing: free }`;
    writeFileSync(path.join(folder, 'close.yaml'), `version: 1\ntools: { api: ${tool} }\n`);
    const config = await loadConfig(options('close.yaml'));
    const [one, other] = [1, 2].map(() => createRouter(config, { env: { XDG_STATE_HOME: folder } }));
    const gone: number[] = [];
    const ask = async (router: LibraryRouter | undefined) => {
      const run = router?.complete({ tool: 'api', prompt: 'hi' });
      const exchange = await provider.nextCall();
      const { connection } = exchange.call;
      void exchange.gone.then(() => gone.push(connection));
      await stream(chatEvents(['yes']))(exchange);
      expect((await run)?.text).toBe('yes');
      return exchange;
    };
    await ask(one);
    await ask(other);
    await one?.close();
    const last = await ask(other);
    expect(gone).toEqual([]);
    await other?.close();
    await last.gone;
    await provider.close();
  });

  it('sends conversations to a provider, many at once', async () => {
    const provider = await startProvider(
      Array.from({ length: 8 }, (_, n) => stream(chatEvents([`answer ${n}`]))),
    );
    const tool = `{ kind: http, api: openai-chat, base_url: '${provider.url}', models: [m], billing: free }`;
    writeFileSync(path.join(folder, 'http.yaml'), `version: 1\ntools: { api: ${tool} }\n`);
    const env = { XDG_STATE_HOME: folder };
    const { signal } = new AbortController();
    const router = createRouter(await loadConfig(options('http.yaml')), { env, signal });
    const messages = [
      { role: 'user' as const, text: 'one' },
      { role: 'assistant' as const, text: 'two' },
      { role: 'user' as const, text: 'three' },
    ];
    const listening: number[] = [];
    const onEvent = () => void listening.push(getEventListeners(signal, 'abort').length);
    const asked = Array.from({ length: 8 }, () => router.complete({ tool: 'api', messages }, { onEvent }));
    const answers = (await Promise.all(asked)).map(({ text }) => text);
    // Node warns of more than ten.
    expect(Math.max(...listening)).toBe(1);
    expect([...answers].sort()).toEqual(Array.from({ length: 8 }, (_, n) => `answer ${n}`));
    expect(provider.calls[0]?.body.messages).toEqual([
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'two' },
      { role: 'user', content: 'three' },
    ]);
    await expect(router.complete({ tool: 'api', messages: [] })).rejects.toBeInstanceOf(RequestError);
    await provider.close();
  });

  it('writes a refusal into the audit log of the user, as the command line does', async () => {
    const tool = '{ binary: bot, args: [], api_key_env: BOT_KEY, models: [big] }';
    const policy = '{ governance: { denied_models: ["b*"] } }';
    writeFileSync(
      path.join(folder, 'denied.yaml'),
      `version: 1\nagents: { me: { preferred_tool: bot } }\ntools: { bot: ${tool} }\npolicies: { default: ${policy} }\n`,
    );
    const env = { XDG_STATE_HOME: path.join(folder, 'audited'), BOT_KEY: 'dummy-value-of-a-key' };
    const router = createRouter(await loadConfig(options('denied.yaml')), { env });
    const { failure } = await router.complete({ agent: 'me', prompt: 'hi', session: 'dummy-value-of-a-key' });
    expect(failure?.type).toBe('not_allowed');
    const text = readFileSync(path.join(folder, 'audited/llm-router/audit.jsonl'), 'utf8');
    expect(text).not.toContain('dummy-value-of-a-key');
    expect(JSON.parse(text)).toMatchObject({
      audit_event: 'governance_violation',
      agent: 'me',
      attempted_tool: 'bot',
      attempted_model: 'big',
    });
    await router.close();
  });

  it('ends a request at its own signal, at that of the router, or after its `timeoutMs`', async () => {
    const canned = '{ kind: mock, responses: [{ text: late, delay: 1h }] }';
    writeFileSync(path.join(folder, 'slow.yaml'), `version: 1\ntools: { canned: ${canned} }\n`);
    const config = await loadConfig(options('slow.yaml'));
    const asked = { tool: 'canned', prompt: 'hi' };
    const stop = new AbortController();
    const own = createRouter(config).complete(asked, {
      signal: stop.signal,
      onEvent: ({ type }) => (type === 'attempt.started' ? stop.abort() : undefined),
    });
    expect(await own).toMatchObject({ status: 'cancelled', failure: { type: 'cancelled' } });
    const all = createRouter(config, { signal: AbortSignal.abort('SIGTERM') }).complete(asked);
    expect(await all).toMatchObject({ status: 'cancelled', failure: { phase: 'SIGTERM' } });
    const timed = await createRouter(config).complete({ ...asked, timeoutMs: 20 });
    expect(timed.failure).toMatchObject({
      phase: 'invocation',
      hint: expect.stringContaining('`timeoutMs`'),
    });
  });

  itInSoak('closes once its runs are over, and rejects later requests', async () => {
    const slow = '{ kind: mock, responses: [{ text: late, delay: 20ms }], concurrency: 1 }';
    writeFileSync(path.join(folder, 'limited.yaml'), `version: 1\ntools: { slow: ${slow} }\n`);
    const env = { XDG_STATE_HOME: folder, XDG_DATA_HOME: folder };
    const ledger = path.join(folder, 'ledger.db');
    const router = createRouter(await loadConfig(options('limited.yaml')), { env, ledger });
    const running = router.complete({ tool: 'slow', prompt: 'hi' });
    await router.close();
    expect(await openFiles(ledger)).toEqual([]);
    expect(await running).toMatchObject({ text: 'late' });
    const later = router.complete({ tool: 'slow', prompt: 'hi' }).catch((error: unknown) => error);
    expect(await later).toMatchObject({ name: 'RequestError', message: 'the router is closed' });
  });

  it('rejects a config with all its findings', async () => {
    const error = await loadConfig(options('bad.yaml')).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ diagnostics: [{ code: 'config/unknown-tool' }] });
  });

  it('rejects a request that cannot be planned', async () => {
    const router = createRouter(await loadConfig(options('good.yaml')));
    const error = await router.plan({ agent: 'you', prompt: 'hi' }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({ failure: { type: 'usage' } });
  });
});
