import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { tryConnection } from '../../src/adapters/http/connect.js';
import { probeVersion } from '../../src/adapters/probe.js';
import { failure } from '../../src/domain/failure.js';
import type { Plan } from '../../src/domain/plan.js';
import { checkCooldowns } from '../../src/health/checks/cooldowns.js';
import { checkEndpoints } from '../../src/health/checks/endpoints.js';
import { checkVariables } from '../../src/health/checks/variables.js';
import type { HealthContext, HealthItem } from '../../src/health/context.js';
import { checkHealth, checkMachineHealth, runItems } from '../../src/health/health.js';
import { toolOf } from '../adapters/command/samples.js';
import { configOf } from '../rig/config.js';
import { isAlive } from '../rig/processes.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'llm-health-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const PLAN: Plan = {
  agent: 'worker',
  policy: 'default',
  access: 'read',
  inputTokens: 0,
  mostInputTokens: 0,
  candidates: [
    { tool: 'bot', model: 'big', because: [{ rule: 'preferred', detail: '', at: null }] },
    { tool: 'spare', model: null, because: [{ rule: 'fallback', detail: '', at: null }] },
  ],
  rejected: [],
  ignored: [],
  warnings: [],
};

function context(more: Partial<HealthContext> = {}): HealthContext {
  return {
    configState: { files: ['llm-router.yaml'], errors: [], misnamed: [], isTrusted: true },
    nodeVersion: '20.20.0',
    env: {},
    folders: [],
    config: { ...configOf(''), tools: {} },
    facts: {
      nowMs: 1000,
      inputTokens: 0,
      mostInputTokens: 0,
      tools: {},
      cooldowns: [],
      billing: {},
      spend: [],
      spendTrouble: null,
    },
    plans: [{ agent: 'worker', plan: { ok: true, value: PLAN } }],
    uncheckedAgents: 0,
    limits: [],
    endpoints: [],
    telemetry: { trouble: null, targets: [] },
    ledger: null,
    snapshots: null,
    interruptedRuns: [],
    probe: null,
    probeLogin: null,
    connect: null,
    listModels: null,
    ...more,
  };
}

const rowsOf = (items: HealthItem[]) => runItems(items, {});

describe('agents', () => {
  const agentRow = async (more: Partial<HealthContext>) =>
    (await checkHealth(context(more))).find(({ check }) => check === 'agent');
  const tools = { bot: toolOf([], { name: 'bot' }), spare: toolOf([], { name: 'spare' }) };
  const facts = (available: string[]): HealthContext['facts'] => ({
    ...context().facts,
    tools: Object.fromEntries(available.map((name) => [name, { available: true, path: `/bin/${name}` }])),
  });
  const config = { ...configOf(''), tools };
  const loggedIn =
    (only: string): HealthContext['probeLogin'] =>
    (tool) =>
      Promise.resolve(
        tool.name === only ? { loggedIn: true } : { loggedIn: false, problem: 'not logged in' },
      );
  const version = () => Promise.resolve({ version: '9.9.9' });

  it('are shown with their plan and why', async () => {
    const ready = { config, facts: facts(['bot', 'spare']), probe: version, probeLogin: null };
    expect(await agentRow(ready)).toMatchObject({
      status: 'ok',
      detail: 'bot big (preferred) > spare (fallback)',
      data: { working: [{ tool: 'bot' }, { tool: 'spare' }] },
    });
  });

  it('use their fallback when the preferred tool has no login', async () => {
    const more = { config, facts: facts(['bot', 'spare']), probe: version, probeLogin: loggedIn('spare') };
    expect(await agentRow(more)).toMatchObject({
      status: 'warn',
      detail: expect.stringMatching(/^spare \(fallback\); not its first choice/),
    });
  });

  it('are broken when no tool of their plan works', async () => {
    const more = { config, facts: facts(['bot', 'spare']), probe: version, probeLogin: loggedIn('none') };
    expect(await agentRow(more)).toMatchObject({ status: 'fail', fix: expect.any(String) });
    const bad = failure('input', 'cannot read `system_file`', { hint: 'write it' });
    expect(await agentRow({ plans: [{ agent: 'worker', plan: { ok: false, error: bad } }] })).toMatchObject({
      status: 'fail',
      fix: 'write it',
    });
  });
});

describe('the machine', () => {
  it('is checked without a valid config, whose errors are rows', async () => {
    const errors = [{ code: 'config/unknown-tool', message: 'a.yaml:3:1: unknown tool', hint: null }];
    const env = { NODE_EXTRA_CA_CERTS: '/etc/ca.pem' };
    const rows = await checkMachineHealth({
      ...context({ nodeVersion: '20.19.1', env }),
      configState: { files: [], errors, misnamed: [], isTrusted: true },
      folders: [
        { holds: 'state', path: path.join(folder, 'new/state') },
        { holds: 'traces', path: '/proc/none' },
      ],
    });
    expect(rows).toMatchObject([
      { check: 'config', subject: 'unknown-tool', status: 'fail' },
      { check: 'machine', subject: 'node', status: 'ok' },
      {
        check: 'machine',
        subject: 'NODE_EXTRA_CA_CERTS',
        status: 'warn',
        detail: expect.stringContaining('37 ms'),
      },
      { check: 'folder', subject: 'state', status: 'ok' },
      { check: 'folder', subject: 'traces' },
    ]);
  });

  it('is fine with Node 22, and too old with 18', async () => {
    const env = { NODE_EXTRA_CA_CERTS: '/etc/ca.pem' };
    const statuses = async (nodeVersion: string) =>
      (await checkMachineHealth(context({ nodeVersion, env }))).slice(1).map(({ status }) => status);
    expect(await statuses('22.1.0')).toEqual(['ok', 'ok']);
    expect(await statuses('18.20.0')).toEqual(['fail', 'warn']);
  });
});

it('lists what is cooling down, and until when', async () => {
  const untilMs = Date.parse('2026-11-20T12:00:00Z');
  const one = { tool: 'bot', model: null, reason: 'quota' as const, untilMs };
  const nowMs = untilMs - 60_000;
  const cooldowns = [one, { ...one, untilMs: nowMs - 1 }, { ...one, model: 'big' }];
  const facts = { ...context().facts, nowMs, cooldowns };
  expect(await rowsOf(checkCooldowns(context({ facts })))).toMatchObject([
    {
      subject: 'bot',
      status: 'warn',
      detail: 'cooling down until 12:00:00 UTC (in 1m 00s): usage limit reached',
    },
    { subject: 'bot big' },
  ]);
});

it('names variables of needed tools only, and never their values', async () => {
  const needs = (name: string) =>
    toolOf([], { name, envRequired: [{ value: `${name.toUpperCase()}_KEY`, at: null }] });
  const tools = { bot: needs('bot'), spare: needs('spare'), other: needs('other') };
  const rows = await rowsOf(
    checkVariables(context({ config: { ...configOf(''), tools }, env: { SPARE_KEY: 'secret-value' } })),
  );
  expect(rows).toMatchObject([
    { subject: 'BOT_KEY', status: 'warn', fix: 'export BOT_KEY=…' },
    { subject: 'SPARE_KEY', status: 'ok' },
  ]);
  expect(JSON.stringify(rows)).not.toContain('secret-value');
});

describe('endpoints', () => {
  const listening = async (server: ReturnType<typeof createServer>): Promise<number> => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };

  it('are connected to without sending anything', async () => {
    let received = '';
    const server = createServer((socket) => socket.on('data', (data) => (received += String(data))));
    const port = await listening(server);
    const url = `http://127.0.0.1:${port}/v1`;
    const endpoints = [
      { tool: 'bot', url },
      { tool: 'other', url: 'http://127.0.0.1:1' },
    ];
    const rows = await rowsOf(
      checkEndpoints(
        context({
          endpoints,
          connect: async (url) => ({ problem: await tryConnection(url, {}), latencyMs: 3 }),
        }),
      ),
    );
    expect(rows).toMatchObject([
      { check: 'endpoint', subject: 'bot', status: 'ok', detail: url },
      {
        subject: 'other',
        status: 'skip',
        detail: 'http://127.0.0.1:1: nothing listens there (ECONNREFUSED)',
        fix: expect.any(String),
      },
    ]);
    expect(checkEndpoints(context({ endpoints }))).toEqual([]);
    await new Promise((resolve) => server.close(resolve));
    expect(received).toBe('');
  });

  it('must answer with an accepted certificate', async () => {
    const key = path.join(folder, 'key.pem');
    const certificate = path.join(folder, 'cert.pem');
    const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', '-days', '1'];
    execFileSync('openssl', [...args, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    const secure = createTlsServer({ key: readFileSync(key), cert: readFileSync(certificate) });
    secure.on('tlsClientError', () => undefined);
    const silent = createServer(() => undefined);
    const [securePort, silentPort] = [await listening(secure), await listening(silent)];
    expect(await tryConnection(`https://localhost:${securePort}`, {})).toBe('self-signed certificate');
    expect(await tryConnection(`https://127.0.0.1:${silentPort}`, {}, 200)).toBe('no answer within 200 ms');
    expect(await tryConnection('ftp://localhost', {})).toBe('it is no http or https URL');
    secure.close();
    silent.close();
  });
});

it('ends a binary that does not answer, and what it started', async () => {
  const file = path.join(folder, 'sleeper');
  const note = path.join(folder, 'pid');
  writeFileSync(file, `#!/bin/sh\ntrap '' TERM\nsleep 60 &\necho $! > ${note}\nwait\nwait\n`);
  chmodSync(file, 0o755);
  const tool = toolOf([], { version: { args: [], pattern: '(.*)', minimum: null } });
  expect(await probeVersion(tool, file, { PATH: process.env.PATH })).toEqual({
    problem: 'it did not answer within 5 s',
  });
  const pid = Number(readFileSync(note, 'utf8'));
  while (isAlive(pid)) await new Promise((resolve) => setImmediate(resolve));
});
