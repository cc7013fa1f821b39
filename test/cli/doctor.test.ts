import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runItems } from '../../src/health/health.js';
import { runInProcess } from '../rig/in-process.js';
import { plain, type Reply, startProvider } from '../rig/provider.js';
import { startProxy } from '../rig/proxy.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'llm-doctor-'));
  mkdirSync(path.join(root, 'home'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function doctor(config: string, args: string[] = [], env: Record<string, string> = {}) {
  writeFileSync(path.join(root, 'llm-router.yaml'), `version: 1\n${config}`);
  return runInProcess(['doctor', '--json', '--config', 'llm-router.yaml', ...args], { root, env });
}

interface Report {
  rows: { check: string; subject: string; status: string; detail: string }[];
}

/** The row of the endpoint of `api`. */
function endpointOf(stdout: string): unknown {
  const { rows } = JSON.parse(stdout) as Report;
  return rows.find(({ check, subject }) => check === 'endpoint' && subject === 'api');
}

describe('`doctor --online`', () => {
  const listed = (...ids: string[]) => plain(200, { data: ids.map((id) => ({ id })) });
  it.each<[what: string, reply: Reply, row: object, health: object]>([
    [
      'accepts the key and has the model',
      listed('m', 'n'),
      { status: 'ok', detail: 'URL/v1, key accepted, 2 models', data: { key: 'accepted', models: 2 } },
      { ok: true, reason: null },
    ],
    [
      'has the dated name of the model',
      listed('m-2026-11-01'),
      { status: 'ok', data: { missing_models: [] } },
      { ok: true },
    ],
    [
      'has other models only',
      listed('n'),
      {
        status: 'warn',
        detail: 'URL/v1, key accepted, 1 model, but not `m`',
        fix: 'see what it offers: llm-router models --tool api',
        data: { missing_models: ['m'] },
      },
      { ok: true },
    ],
    [
      'refuses the key',
      plain(401, { error: { message: 'Incorrect API key' } }),
      {
        status: 'warn',
        detail: 'URL/v1: the key was refused: `api` answered 401: Incorrect API key',
        fix: 'check the key in `API_KEY`',
        data: { key: 'refused', failure: 'authentication', reachable: true },
      },
      { ok: false, hint: 'check the key in `API_KEY`' },
    ],
    ['forbids it', plain(403, 'no'), { status: 'warn', data: { key: 'refused' } }, { ok: false }],
    [
      'limits the rate',
      plain(429, { error: { message: 'slow down' } }),
      { status: 'warn', detail: 'URL/v1: `api` answered 429: slow down', data: { failure: 'rate_limit' } },
      { ok: false },
    ],
    [
      'is overloaded',
      plain(503, ''),
      { status: 'warn', fix: 'try again later', data: { failure: 'overloaded', key: 'not_checked' } },
      { ok: false },
    ],
    [
      'has no list',
      plain(404, 'not here'),
      {
        status: 'ok',
        detail: 'URL/v1, connected only; key and models are not checked: `api` answered 404: not here',
        data: { key: 'not_checked', models: null },
      },
      { ok: true },
    ],
  ])('says of a provider that it %s', async (_what, reply, row, health) => {
    const provider = await startProvider([reply]);
    const tool = `{ kind: http, api: openai-chat, base_url: '${provider.url}/v1', api_key_env: API_KEY, models: [m] }`;
    const config = `agents: { a: { preferred_tool: api } }\ntools: { api: ${tool} }\n`;
    const { stdout } = await doctor(config, ['--online'], { API_KEY: 'dummy-key-of-a-test' });
    const told = stdout.replaceAll(provider.url, 'URL');
    expect(endpointOf(told)).toMatchObject(row);
    const { tools } = JSON.parse(told) as { tools: { tool: string }[] };
    expect(tools.find(({ tool: name }) => name === 'api')).toMatchObject(health);
    expect(provider.calls.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer dummy-key-of-a-test',
    ]);
    await provider.close();
  });
});

describe('doctor', () => {
  it('`--online` asks through the proxy that requests go through', async () => {
    const provider = await startProvider([plain(200, { data: [{ id: 'm' }] })]);
    const proxy = await startProxy(Number(new URL(provider.url).port));
    const tool =
      "{ kind: http, api: openai-chat, base_url: 'http://models.test/v1', models: [m], billing: free }";
    const { stdout } = await doctor(`tools: { api: ${tool} }\n`, ['--online'], { http_proxy: proxy.url });
    expect(endpointOf(stdout)).toMatchObject({ status: 'ok', detail: 'http://models.test/v1, 1 model' });
    expect(proxy.asked).toEqual([{ to: 'models.test:80', authorization: null }]);
    expect(provider.calls.map(({ path: asked, text }) => [asked, text])).toEqual([['/v1/models', '']]);
    await proxy.close();
    await provider.close();
  });

  it('shows how long it waited for a check that did not answer', async () => {
    const silent = { check: 'tool' as const, subject: 'bot', ask: () => new Promise<never>(() => undefined) };
    expect(await runItems([silent], {}, 20)).toMatchObject([{ detail: 'no answer within 20 ms' }]);
  });
});
