import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { RunEvent } from '../src/domain/events.js';
import { emptyRequest } from '../src/domain/request.js';
import { fanOut } from '../src/telemetry/fan-out.js';
import { type LogRecord, OPEN_TELEMETRY_NAMES } from '../src/telemetry/log-fields.js';
import { configOf } from './rig/config.js';
import { deadlineOf } from './rig/deadline.js';
import { chatEvents, plain, startProvider, stream } from './rig/provider.js';
import { routerOf } from './rig/router.js';

const STARTED: RunEvent = { type: 'output.delta', attempt: 1, text: 'x' };

describe('sinks', () => {
  it('that throw are counted, and the others still get the event', async () => {
    const received: string[] = [];
    const broken = () => {
      throw new Error('disk full');
    };
    const sinks = fanOut([
      broken,
      null,
      async () => Promise.reject(new Error('later')),
      ({ type }) => void received.push(type),
    ]);
    await sinks.emit(STARTED);
    await sinks.emit(STARTED);
    expect(sinks.failures()).toEqual({ count: 4, first: 'disk full' });
    expect(received).toEqual(['output.delta', 'output.delta']);
  });

  it('never fail the run, which warns about it', async () => {
    const router = routerOf(configOf(''));
    const planned = await router.plan({ ...emptyRequest('/'), prompt: 'hi', tool: 'mock' });
    if (!planned.ok) throw new Error(planned.error.message);
    const lines: LogRecord[] = [];
    const emit = ({ type }: RunEvent) => {
      if (type === 'plan') throw new Error('no');
    };
    const invocation = await router.complete(planned.value, {
      deadline: deadlineOf(),
      events: [emit],
      logs: [(line) => void lines.push(line)],
    });
    expect(invocation).toMatchObject({ status: 'succeeded', warnings: ['an event sink failed once: no'] });
    expect(lines.map(({ event }) => event)).toEqual([
      'policy.choice',
      'llm.complete.start',
      'llm.complete.success',
    ]);
  });
});

it('a field with an OpenTelemetry name is in the lines of a run', async () => {
  const usage = {
    prompt_tokens: 20,
    completion_tokens: 9,
    prompt_tokens_details: { cached_tokens: 5 },
    completion_tokens_details: { reasoning_tokens: 4 },
  };
  const provider = await startProvider([
    plain(500, { error: { message: 'broken' } }),
    stream(chatEvents(['hi'], { usage, model: 'm-2026' })),
  ]);
  const tool = `{ kind: http, api: openai-chat, base_url: '${provider.url}', models: [m], billing: free }`;
  const router = routerOf(
    configOf(`
agents: { me: { preferred_tool: api } }
tools: { api: ${tool} }
models: { m: { provider: acme } }
policies: { default: { retry: { base_delay: 1ms, max_delay: 1ms } } }
`),
  );
  const planned = await router.plan({ ...emptyRequest('/'), prompt: 'hi', agent: 'me', session: 's' });
  if (!planned.ok) throw new Error(planned.error.message);
  const lines: LogRecord[] = [];
  await router.complete(planned.value, { deadline: deadlineOf(), logs: [(line) => void lines.push(line)] });
  await provider.close();
  const known = lines.flatMap((line) =>
    Object.entries(line).flatMap(([field, value]) => (value === null ? [] : [field])),
  );
  // This protocol reports no tokens that are written to a cache.
  const unreported = ['cache_write_tokens'];
  const fields = Object.keys(OPEN_TELEMETRY_NAMES).filter((field) => !unreported.includes(field));
  expect(fields.filter((field) => !known.includes(field))).toEqual([]);
  expect(lines.at(-1)).toMatchObject({ response_model: 'm-2026', finish_reason: 'stop', provider: 'acme' });
  expect(new Set(Object.values(OPEN_TELEMETRY_NAMES)).size).toBe(Object.keys(OPEN_TELEMETRY_NAMES).length);
});

it('the page on logs names every event and every field with its OpenTelemetry name', () => {
  const page = readFileSync('docs/traces-and-logs.md', 'utf8');
  const source = readFileSync('src/telemetry/log-fields.ts', 'utf8');
  const events = [...source.matchAll(/\| '((?:policy|llm)\.[a-z.]+)'/g)].map((match) => match[1] ?? '');
  expect(events.length).toBe(10);
  expect(events.filter((event) => !page.includes(`\`${event}\``))).toEqual([]);
  const missing = Object.entries(OPEN_TELEMETRY_NAMES).filter(
    ([field, name]) => !page.includes(`| \`${field}\` | \`${name}\` |`),
  );
  expect(missing).toEqual([]);
});
