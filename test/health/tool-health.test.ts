import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { HealthRow } from '../../src/health/context.js';
import { toolHealth } from '../../src/health/tool-health.js';
import { runInProcess } from '../rig/in-process.js';
import { plain, startProvider } from '../rig/provider.js';

const row = (
  check: HealthRow['check'],
  status: HealthRow['status'],
  more: Partial<HealthRow> = {},
): HealthRow => ({
  check,
  subject: 'bot',
  status,
  detail: `${check} detail`,
  fix: status === 'ok' ? null : `fix ${check}`,
  ...more,
});
const GOOD = { ok: true, latency_ms: null, reason: null, hint: null };
const HERE = { data: { available: true } };

describe('the health of a tool', () => {
  it.each<[name: string, rows: HealthRow[], wanted: object]>([
    ['is good where it is ready', [row('tool', 'ok', HERE)], GOOD],
    ['is good where it is only not checked', [row('tool', 'skip', HERE)], GOOD],
    [
      'is bad where it is not there',
      [row('tool', 'skip', { data: { available: false } })],
      { ok: false, reason: 'tool detail', hint: 'fix tool' },
    ],
    ['is bad where it did not answer', [row('tool', 'warn')], { ok: false, reason: 'tool detail' }],
    [
      'has the latency of its endpoint',
      [row('tool', 'ok', HERE), row('endpoint', 'ok', { data: { reachable: true, latency_ms: 12 } })],
      { ...GOOD, latency_ms: 12 },
    ],
    [
      'is bad where its endpoint cannot be reached',
      [row('tool', 'ok', HERE), row('endpoint', 'skip', { data: { reachable: false, latency_ms: 3 } })],
      { ok: false, latency_ms: 3, reason: 'endpoint detail', hint: 'fix endpoint' },
    ],
    [
      'is bad where its key is refused',
      [row('tool', 'ok', HERE), row('endpoint', 'warn', { data: { reachable: true, usable: false } })],
      { ok: false, reason: 'endpoint detail', hint: 'fix endpoint' },
    ],
    [
      'is not that of another tool',
      [row('tool', 'ok', HERE), row('endpoint', 'warn', { subject: 'other', data: { reachable: false } })],
      GOOD,
    ],
  ])('%s', (_name, rows, wanted) => {
    expect(toolHealth(rows)).toEqual([expect.objectContaining({ tool: 'bot', ...wanted })]);
  });

  it('is in the document of doctor, with the latency of endpoints', async () => {
    const provider = await startProvider([plain(200, { data: [{ id: 'm' }] })]);
    const root = mkdtempSync(path.join(tmpdir(), 'llm-health-'));
    const http = (url: string) =>
      `{ kind: http, api: openai-chat, base_url: '${url}', api_key_env: P_KEY, models: [m] }`;
    const config = `version: 1\ntools: { here: ${http(provider.url)}, gone: ${http('http://127.0.0.1:1')}, absent: { binary: absent-cli, args: [] } }\n`;
    writeFileSync(path.join(root, 'c.yaml'), config);
    const args = ['doctor', '--config', 'c.yaml', '--online', '--json'];
    const { stdout } = await runInProcess(args, { root, env: { CI: '1', P_KEY: 'dummy-key-of-a-provider' } });
    await provider.close();
    const { tools } = JSON.parse(stdout);
    expect(tools.slice(0, 3)).toEqual([
      { tool: 'here', ok: true, latency_ms: 0, reason: null, hint: null },
      {
        tool: 'gone',
        ok: false,
        latency_ms: 0,
        reason: 'http://127.0.0.1:1: nothing listens there (ECONNREFUSED)',
        hint: 'check `base_url` of `gone` and the network',
      },
      {
        tool: 'absent',
        ok: false,
        latency_ms: null,
        reason: expect.stringContaining('absent-cli'),
        hint: expect.any(String),
      },
    ]);
    expect(provider.calls.map(({ path: asked }) => asked)).toEqual(['/v1/models']);
  });
});
