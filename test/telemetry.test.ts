import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { RunEvent } from '../src/domain/events.js';
import { emptyRequest } from '../src/domain/request.js';
import { fanOut } from '../src/telemetry/fan-out.js';
import { type LogRecord, OPEN_TELEMETRY_NAMES } from '../src/telemetry/log-fields.js';
import { configOf } from './rig/config.js';
import { deadlineOf } from './rig/deadline.js';
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

it('the page on logs names every event and every field with its OpenTelemetry name', () => {
  const page = readFileSync('docs/traces-and-logs.md', 'utf8');
  const source = readFileSync('src/telemetry/log-fields.ts', 'utf8');
  const events = [...source.matchAll(/\| '((?:policy|llm)\.[a-z.]+)'/g)].map((match) => match[1] ?? '');
  expect(events.length).toBe(9);
  expect(events.filter((event) => !page.includes(`\`${event}\``))).toEqual([]);
  const missing = Object.entries(OPEN_TELEMETRY_NAMES).filter(
    ([field, name]) => !page.includes(`| \`${field}\` | \`${name}\` |`),
  );
  expect(missing).toEqual([]);
});
