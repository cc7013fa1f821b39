import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunEvent } from '../../src/domain/events.js';
import { failure } from '../../src/domain/failure.js';
import { ledgerAccess } from '../../src/ledger/access.js';
import { configOf } from '../rig/config.js';
import { deadlineOf } from '../rig/deadline.js';
import { chatEvents, frame, type Provider, type Reply, startProvider, stream } from '../rig/provider.js';
import { metered } from './metered.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'llm-metrics-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let providers: Provider[] = [];
afterEach(async () => {
  await Promise.all(providers.map((one) => one.close()));
  providers = [];
});

/** A provider that is closed after the test. */
async function provided(replies?: readonly Reply[]): Promise<Provider> {
  const provider = await startProvider(replies);
  providers.push(provider);
  return provider;
}

const CANCELLED = failure('cancelled', 'the client has gone');
const STARTED: RunEvent = {
  type: 'attempt.started',
  attempt: 1,
  candidate: { tool: 'api', model: 'm', because: [] },
  argv: null,
  pid: null,
};

/** A config with one API at this address. */
const api = (provider: Provider) => `
tools: { api: { kind: http, api: openai-chat, base_url: '${provider.url}', models: [m], billing: free } }
models: { m: { provider: acme } }
policies: { default: { retry: { max_retries: 0 } } }
`;

/** A config with one command that runs this script. */
function command(name: string, script: string, output = ''): string {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\n/bin/cat > /dev/null\n${script}\n`, { mode: 0o755 });
  return `
tools: { bot: { binary: '${file}', args: [], billing: free, models: [m], output: { ${output} } } }
models: { m: { provider: acme } }
policies: { default: { retry: { max_retries: 0 } } }
`;
}

describe('the number of running attempts', () => {
  it('is 1 while a provider answers, and 0 afterwards', async () => {
    const provider = await provided();
    const { run, series } = await metered(api(provider));
    const running = run({ tool: 'api' });
    const call = await provider.nextCall();
    expect(await series('llm_active_requests')).toEqual({ acme: 1 });
    await stream(chatEvents(['hi']))(call);
    expect((await running).status).toBe('succeeded');
    expect(await series('llm_active_requests')).toEqual({ acme: 0 });
  });

  it('is 0 after a connection that broke in the middle of an answer', async () => {
    const provider = await provided();
    const { run, series } = await metered(api(provider));
    const running = run({ tool: 'api' });
    const { head, write, reset } = await provider.nextCall();
    head(200, { 'content-type': 'text/event-stream' });
    await write(frame(chatEvents(['half'])[1]));
    reset();
    expect((await running).status).toBe('failed');
    expect(await series('llm_active_requests')).toEqual({ acme: 0 });
  });

  it('is 0 after a run that was cancelled in the middle of an answer', async () => {
    const provider = await provided();
    const { run, series } = await metered(api(provider));
    const deadline = deadlineOf();
    const running = run({ tool: 'api' }, { deadline });
    const { head, gone } = await provider.nextCall();
    head(200, { 'content-type': 'text/event-stream' });
    deadline.stop(CANCELLED);
    expect((await running).status).toBe('cancelled');
    await gone;
    expect(await series('llm_active_requests')).toEqual({ acme: 0 });
    expect(await series('llm_requests_total')).toMatchObject({ 'acme api m cancelled': 1 });
  });

  it('is 0 after a tool that was killed', async () => {
    const { run, series } = await metered(command('killed', 'kill -s KILL $$'));
    expect((await run({ tool: 'bot' })).status).toBe('failed');
    expect(await series('llm_active_requests')).toEqual({ acme: 0 });
  });

  it('is 0 after a bug that ended the run without its last event', async () => {
    const provider = await provided([]);
    const { metrics, series } = await metered(api(provider));
    const { observe, ended } = metrics.follow(configOf(api(provider)));
    await observe(STARTED);
    expect(await series('llm_active_requests')).toEqual({ acme: 1 });
    ended();
    ended();
    expect(await series('llm_active_requests')).toEqual({ acme: 0 });
  });
});

describe('the length of a queue', () => {
  /** One run that holds the only slot of a tool, and another one that waits for it. */
  async function twoRuns(name: string) {
    const place = { now: Date.now, project: '', warn: () => {} };
    const ledger = ledgerAccess({ ...place, file: path.join(folder, name) });
    const { run, series } = await metered(
      `tools: { one: { kind: mock, concurrency: 1, responses: [{ text: hi, delay: 1h }] } }`,
      { ledger },
    );
    const deadlines = [deadlineOf(), deadlineOf()] as const;
    const until = (deadline: ReturnType<typeof deadlineOf>, type: RunEvent['type']) => {
      let run_: Promise<unknown> = Promise.resolve();
      const seen = new Promise<void>((resolve) => {
        const onEvent = (event: RunEvent) => {
          if (event.type === type) resolve();
        };
        run_ = run({ tool: 'one' }, { deadline, onEvent });
      });
      return { seen, ended: () => run_ };
    };
    const first = until(deadlines[0], 'attempt.started');
    await first.seen;
    const second = until(deadlines[1], 'queue.wait');
    await second.seen;
    return { series, deadlines, first, second, ledger };
  }

  it('is 1 while a run waits for a slot, and 0 once it has one', async () => {
    const { series, deadlines, first, second, ledger } = await twoRuns('taken.db');
    expect(await series('llm_queue_depth')).toEqual({ one: 1 });
    expect(await series('llm_active_requests')).toEqual({ unknown: 1 });
    deadlines[0].stop(CANCELLED);
    await first.ended();
    deadlines[1].stop(CANCELLED);
    await second.ended();
    expect(await series('llm_queue_depth')).toEqual({ one: 0 });
    expect(await series('llm_active_requests')).toEqual({ unknown: 0 });
    ledger.close();
  });

  it('is 0 after a run that was cancelled in the queue', async () => {
    const { series, deadlines, first, second, ledger } = await twoRuns('left.db');
    deadlines[1].stop(CANCELLED);
    await second.ended();
    expect(await series('llm_queue_depth')).toEqual({ one: 0 });
    expect(await series('llm_errors_total')).toEqual({ 'none none none cancelled': 1 });
    deadlines[0].stop(CANCELLED);
    await first.ended();
    ledger.close();
  });
});

describe('the time to the first token', () => {
  /** A clock that stands still except that `ms` pass before the first text. */
  function slowFirstText(ms: number) {
    let nowMs = 5000;
    const onEvent = ({ type }: RunEvent) => {
      if (type === 'output.delta') nowMs += ms;
    };
    return { monotonicMs: () => nowMs, onEvent };
  }

  it('of a stream ends with its first text, not with its headers or its end', async () => {
    const provider = await provided([stream(chatEvents(['one', 'two', 'three']))]);
    const { monotonicMs, onEvent } = slowFirstText(2000);
    const { run, series } = await metered(api(provider), { monotonicMs });
    await run({ tool: 'api' }, { onEvent });
    expect(await series('llm_time_to_first_token_seconds_sum')).toEqual({ 'acme api m': 2 });
    expect(await series('llm_time_to_first_token_seconds_count')).toEqual({ 'acme api m': 1 });
    expect(await series('llm_time_to_first_token_seconds_bucket')).toMatchObject({
      '1 acme api m': 0,
      '2.5 acme api m': 1,
    });
  });

  it.each([
    [
      'that streams lines of JSON',
      'lines',
      `echo '{"d":"a"}'; echo '{"d":"b"}'`,
      'format: ndjson, deltas: /d, text: { pointer: /d, take: concat }',
    ],
    ['that prints text', 'text', 'echo one; echo two', 'format: text'],
  ])('of a command %s ends with its first text', async (_, name, script, output) => {
    const { monotonicMs, onEvent } = slowFirstText(400);
    const { run, series } = await metered(command(name, script, output), { monotonicMs });
    expect((await run({ tool: 'bot' }, { onEvent })).status).toBe('succeeded');
    expect(await series('llm_time_to_first_token_seconds_sum')).toEqual({ 'acme bot m': 0.4 });
    expect(await series('llm_time_to_first_token_seconds_count')).toEqual({ 'acme bot m': 1 });
  });

  it('of a command that prints its answer in one piece is the time of the attempt', async () => {
    const output = 'format: json, text: /answer';
    const { run, series } = await metered(command('whole', `echo '{"answer":"hi"}'`, output));
    const { attempts } = await run({ tool: 'bot' });
    expect(await series('llm_time_to_first_token_seconds_count')).toEqual({ 'acme bot m': 1 });
    const seconds = (attempts[0]?.latencyMs ?? 0) / 1000;
    expect(await series('llm_time_to_first_token_seconds_sum')).toEqual({ 'acme bot m': seconds });
  });

  it('is not counted for an attempt without any text', async () => {
    const { run, series } = await metered(command('silent', 'exit 1'));
    await run({ tool: 'bot' });
    expect(await series('llm_time_to_first_token_seconds_count')).toEqual({});
  });
});
