import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { createRouter, loadConfig } from '../../src/index.js';
import { ATTRIBUTES } from '../../src/telemetry/otlp/names.js';
import { answer, message, runCaller, setUp } from '../gateway/caller.js';
import { startCollector } from '../rig/collector.js';
import { runInProcess } from '../rig/in-process.js';
import { rigged } from '../rig/rig.js';
import { itInSoak } from '../soak.js';

const folder = mkdtempSync(path.join(tmpdir(), 'llm-otlp-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ENV = { XDG_STATE_HOME: folder, XDG_CONFIG_HOME: folder };

function configFile(url: string, more = ''): string {
  const file = path.join(folder, 'llm-router.yaml');
  const otlp = `{ endpoint: '${url}', protocol: http/json ${more} }`;
  const mock = '{ kind: mock, responses: [{ text: one }, { text: two }] }';
  writeFileSync(
    file,
    `version: 1\nagents: { me: { preferred_tool: bot } }\ntools: { bot: ${mock} }\ntelemetry: { otlp: ${otlp} }\n`,
  );
  return file;
}

describe('the library', () => {
  it('sends the runs of a router, and the rest when it is closed', async () => {
    const seen = await startCollector();
    const router = createRouter(await loadConfig({ path: configFile(seen.url), env: ENV }), { env: ENV });
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const answers = await Promise.all(
      [1, 2, 3].map(() => router.complete({ agent: 'me', prompt: 'hi', traceId })),
    );
    await router.close();
    await router.close();
    expect(seen.exports).toHaveLength(2);
    const roots = seen.spans().filter(({ name }) => name === 'invoke_agent me');
    expect(roots.map(({ attributes }) => attributes['llm_router.invocation.id']).sort()).toEqual(
      answers.map(({ id }) => id).sort(),
    );
    expect(new Set(roots.map((span) => span.traceId))).toEqual(new Set([traceId]));
    expect(new Set(seen.spans().map(({ spanId }) => spanId)).size).toBe(6);
    expect(seen.points()).toMatchObject([{ count: 3 }]);
    await seen.close();
  });

  it('shows the time in the queue of a tool as a wait', async () => {
    const seen = await startCollector();
    const file = path.join(folder, 'queue.yaml');
    const mock = '{ kind: mock, concurrency: 1, responses: [{ text: one, delay: 60ms }] }';
    const otlp = `telemetry: { otlp: { endpoint: '${seen.url}' } }`;
    writeFileSync(
      file,
      `version: 1\nagents: { me: { preferred_tool: bot } }\ntools: { bot: ${mock} }\n${otlp}\n`,
    );
    const env = { ...ENV, XDG_DATA_HOME: folder };
    const router = createRouter(await loadConfig({ path: file, env }), { env });
    await Promise.all([1, 2].map(() => router.complete({ agent: 'me', prompt: 'hi' })));
    await router.close();
    const spans = seen.spans();
    const waits = spans.filter(({ name }) => name === 'wait');
    expect(waits).toMatchObject([
      { attributes: { 'llm_router.wait.kind': 'queue', 'llm_router.tool': 'bot' } },
    ]);
    const own = spans.find(
      ({ name, parentSpanId }) => name === 'invoke_agent bot' && parentSpanId === waits[0]?.parentSpanId,
    );
    expect(Number(own?.startNs)).toBeGreaterThanOrEqual(Number(waits[0]?.endNs));
    await seen.close();
  });

  itInSoak('warns once of a collector that takes nothing, and ends', async () => {
    const seen = await startCollector(() => 'never');
    const warnings: string[] = [];
    const config = await loadConfig({ path: configFile(seen.url), env: ENV });
    const onWarning = (warning: string): void => {
      warnings.push(warning);
      throw new Error('a mistake of the program');
    };
    const router = createRouter(config, { env: ENV, onWarning });
    expect(await router.complete({ agent: 'me', prompt: 'hi' })).toMatchObject({ text: 'one', warnings: [] });
    await router.close();
    expect(warnings).toEqual([expect.stringContaining('/v1/traces: there was no answer in time')]);
    await seen.close();
  });

  itInSoak('warns once where more spans wait than are kept', async () => {
    const seen = await startCollector(() => 'never');
    const warnings: string[] = [];
    const env = { ...ENV, OTEL_EXPORTER_OTLP_TIMEOUT: '120000' };
    const config = await loadConfig({ path: configFile(seen.url), env });
    const router = createRouter(config, { env, onWarning: (warning) => warnings.push(warning) });
    for (let runs = 0; runs < 1100; runs += 50)
      await Promise.all(Array.from({ length: 50 }, () => router.complete({ agent: 'me', prompt: 'hi' })));
    await router.close();
    expect(warnings).toEqual([
      expect.stringContaining('/v1/traces: 2048 spans wait to be sent, and no more are kept'),
    ]);
    await seen.close();
  });
});

it(
  'calls of a tool to its provider are spans below its attempt',
  rigged(async (rig) => {
    const seen = await startCollector();
    await setUp(rig, [answer(100, 10), answer(7, 3)], {
      policy: 'gateway: always',
      rest: `telemetry: { otlp: { endpoint: '${seen.url}' } }`,
    });
    const { code } = await runCaller(rig, { steps: [{ body: message() }, { body: message('claude-0') }] });
    expect(code).toBe(0);
    const spans = seen.spans();
    const attempt = spans.find(({ name }) => name === 'invoke_agent bot');
    const calls = spans.filter(({ parentSpanId }) => parentSpanId === attempt?.spanId);
    expect(
      calls.map(({ name, attributes, kind }) => [name, kind, attributes['gen_ai.usage.input_tokens']]),
    ).toEqual([
      ['chat claude-1', 3, 100],
      ['chat claude-0', 3, 7],
    ]);
    expect(calls[0]?.attributes).toMatchObject({
      'gen_ai.provider.name': 'acme',
      'http.response.status_code': 200,
      'llm_router.cost.usd': 0.0013,
    });
    for (const call of calls)
      expect(Object.keys(call.attributes).filter((one) => !ATTRIBUTES[one]?.on.includes('call'))).toEqual([]);
    for (const call of calls) expect(call.startNs >= (attempt?.startNs ?? 0n)).toBe(true);
    await seen.close();
  }),
);

describe('doctor', () => {
  it.each([
    ['takes them', 200, 'ok', 'takes exports', '--online'],
    ['refuses the key', 401, 'warn', 'it answered 401', '--online'],
  ])('asks a collector that %s with `--online` alone', async (_what, status, is, detail) => {
    const seen = await startCollector(() => ({ status }));
    configFile(seen.url, ", headers: { x-key: 'abc' }");
    const doctor = async (...args: string[]) => {
      const run = await runInProcess(['doctor', '--json', '--config', 'llm-router.yaml', ...args], {
        root: folder,
        env: {},
      });
      const { rows } = JSON.parse(run.stdout) as { rows: { check: string }[] };
      return rows.filter(({ check }) => check === 'telemetry');
    };
    expect(await doctor()).toEqual([]);
    expect(seen.exports).toEqual([]);
    expect(await doctor('--online')).toMatchObject(
      ['traces', 'metrics'].map((subject) => ({
        subject,
        status: is,
        detail: expect.stringContaining(detail),
      })),
    );
    expect([seen.spans(), seen.points(), seen.exports.length]).toEqual([[], [], 2]);
    expect(seen.exports[0]?.headers['x-key']).toBe('abc');
    await seen.close();
  });
});
