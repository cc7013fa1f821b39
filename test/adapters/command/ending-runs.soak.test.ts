import { describe, expect, it } from '@jest/globals';
import type { AdapterEvent } from '../../../src/adapters/adapter.js';
import { failure } from '../../../src/domain/failure.js';
import { deadlineOf } from '../../rig/deadline.js';
import { contextFor, eachInItsFolder, groups, run, start, taskFor } from './runs.js';
import { at, grammarOf } from './samples.js';

eachInItsFolder();

describe('a time limit', () => {
  it('ends a run that takes too long, and keeps what was seen', async () => {
    const { outcome } = await run({ agent: 'says-something-then-hangs', task: { timeoutMs: 300 } });
    expect(outcome).toMatchObject({
      text: 'half an ans',
      failure: {
        type: 'timeout',
        phase: 'attempt',
        message: '`says-something-then-hangs` did not finish within 300 ms',
      },
    });
  });

  it('ends a silent run', async () => {
    const { outcome } = await run({ agent: 'hangs-in-silence', task: { idleTimeoutMs: 200 } });
    expect(outcome.failure).toMatchObject({
      type: 'timeout',
      phase: 'first_output',
      message: '`hangs-in-silence` gave no output at all for 200 ms',
    });
  });

  it('distinguishes silence after some output', async () => {
    const { outcome } = await run({ agent: 'says-something-then-hangs', task: { idleTimeoutMs: 200 } });
    expect(outcome.failure).toMatchObject({
      phase: 'idle',
      message: '`says-something-then-hangs` gave no more output for 200 ms',
    });
  });

  it('does not limit silence of a tool that prints at its exit', async () => {
    const output = grammarOf({ atExit: true });
    const { outcome } = await run({
      agent: 'hangs-in-silence',
      tool: { output },
      task: { idleTimeoutMs: 100, timeoutMs: 400 },
    });
    expect(outcome.failure).toMatchObject({ type: 'timeout', phase: 'attempt' });
  });

  it('kills a tool that ignores SIGTERM', async () => {
    const { outcome } = await run({ agent: 'ignores-sigterm', task: { idleTimeoutMs: 200 } });
    expect(outcome.failure).toMatchObject({ type: 'timeout', phase: 'idle' });
    expect(outcome.text).toMatch(/^working\n/);
  });

  it('continues a stopped tool, so that it receives SIGTERM', async () => {
    const { outcome } = await run({
      agent: 'stops-itself',
      tool: { graceMs: 600_000 },
      task: { idleTimeoutMs: 300 },
    });
    expect(outcome).toMatchObject({ failure: { type: 'timeout', phase: 'idle' }, text: 'stopping\n' });
  });

  it('still reads what a tool prints while it ends', async () => {
    const usage = { ...grammarOf().usage, inputTokens: [at('/in')], outputTokens: [at('/out')] };
    const output = grammarOf({ format: 'ndjson', text: [at('/text')], usage });
    const { outcome } = await run({
      agent: 'flushes-on-sigterm',
      tool: { output, graceMs: 5000 },
      task: { idleTimeoutMs: 300 },
    });
    expect(outcome).toMatchObject({
      failure: { type: 'timeout' },
      usage: { inputTokens: 12, outputTokens: 3 },
    });
  });
});

function ids(invocationId: string) {
  return {
    ids: {
      invocationId: `${invocationId}-${process.pid}`,
      rootId: 'root',
      traceId: 'trace',
      depth: 0,
    },
  };
}

describe('the end', () => {
  it.each([
    ['mild', 'lets SIGTERM end it'],
    ['stubborn', 'has to be killed'],
  ])('includes a grandchild that holds stdout (%s)', async (temper) => {
    const { outcome } = await run({ agent: 'leaves-grandchild-with-stdout', args: [temper] });
    expect(outcome).toMatchObject({ failure: null, text: 'answer of the parent' });
  });

  it('includes a command that an agent started in its own session', async () => {
    const { outcome } = await run({ agent: 'leaves-command-in-own-session', task: ids('own-session') });
    expect(outcome.failure).toBeNull();
    groups.push(Number(outcome.text));
    const other = await run({
      agent: 'leaves-command-in-own-session',
      task: { ...ids('cancelled'), idleTimeoutMs: 1000 },
      args: ['stay'],
    });
    expect(other.outcome.failure).toMatchObject({ type: 'timeout' });
    groups.push(Number(other.outcome.text));
  });

  it('does not happen when stdout closes', async () => {
    const { outcome } = await run({ agent: 'closes-stdout-and-lives-on', task: { timeoutMs: 300 } });
    expect(outcome).toMatchObject({ text: 'early end', failure: { type: 'timeout', phase: 'attempt' } });
  });

  it('by its deadline reports the failure of the deadline', async () => {
    const deadline = deadlineOf();
    const reason = failure('cancelled', 'interrupted', { phase: 'SIGINT' });
    const onEvent = () => deadline.stop(reason);
    const { outcome } = await run({ agent: 'hangs-in-silence', context: { deadline }, onEvent });
    expect(outcome.failure).toBe(reason);
  });

  it('by cancel before the start runs nothing', async () => {
    const deadline = deadlineOf();
    deadline.stop(failure('cancelled', 'interrupted'));
    const { outcome, events } = await run({ agent: 'hangs-in-silence', context: { deadline } });
    expect({ events, type: outcome.failure?.type }).toEqual({ events: [], type: 'cancelled' });
  });

  it('by a second cancel kills at once, without the grace', async () => {
    const [deadline, urgent] = [deadlineOf(), new AbortController()];
    const onEvent = ({ type }: AdapterEvent) => {
      if (type !== 'delta') return;
      deadline.stop(failure('cancelled', 'interrupted'));
      urgent.abort();
    };
    const { outcome } = await run({
      agent: 'ignores-sigterm',
      tool: { graceMs: 600_000 },
      context: { deadline, urgent: urgent.signal },
      onEvent,
    });
    expect(outcome).toMatchObject({
      failure: { type: 'cancelled' },
      text: expect.stringMatching(/^working\n/),
    });
  });

  it('happens when the reader stops', async () => {
    const running = start(
      taskFor({ agent: 'floods', args: ['{prompt_file}'], tool: { prompt: 'file' } }),
      contextFor(),
    );
    for await (const event of running) {
      if (event.type === 'started' && event.pid !== null) groups.push(event.pid);
      if (event.type === 'delta') break;
    }
    expect(groups).toHaveLength(1);
  });
});
