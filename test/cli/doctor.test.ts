import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runItems } from '../../src/health/health.js';
import { runInProcess } from '../rig/in-process.js';
import { startProvider } from '../rig/provider.js';
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

describe('doctor', () => {
  it('`--online` connects through the proxy that requests go through', async () => {
    const provider = await startProvider();
    const proxy = await startProxy(Number(new URL(provider.url).port));
    const tool =
      "{ kind: http, api: openai-chat, base_url: 'http://models.test/v1', models: [m], billing: free }";
    const { stdout } = await doctor(`tools: { api: ${tool} }\n`, ['--online'], { http_proxy: proxy.url });
    const { rows } = JSON.parse(stdout) as Report;
    expect(rows.find(({ check, subject }) => check === 'endpoint' && subject === 'api')).toMatchObject({
      status: 'ok',
    });
    expect(proxy.asked).toEqual([{ to: 'models.test:80', authorization: null }]);
    expect(provider.calls).toEqual([]);
    await proxy.close();
    await provider.close();
  });

  it('shows how long it waited for a check that did not answer', async () => {
    const silent = { check: 'tool' as const, subject: 'bot', ask: () => new Promise<never>(() => undefined) };
    expect(await runItems([silent], {}, 20)).toMatchObject([{ detail: 'no answer within 20 ms' }]);
  });
});
