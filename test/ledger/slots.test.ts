import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Ledger } from '../../src/ledger/ledger.js';
import { decideSlot, type SlotRules, type SlotVerdict, startsNeeded } from '../../src/policy/rate-limit.js';
import { good } from './attempts.js';
import { type Bench, ENGINES } from './engines.js';

const ALONE: SlotRules = { tool: 'bot', concurrency: 1, windows: [], queue: 100, at: null };
const TWICE: SlotRules = {
  ...ALONE,
  concurrency: null,
  windows: [{ name: 'minute', ms: 60_000, most: 2, at: null }],
};
const EXPIRED_MS = 6 * 60_000;

describe.each(ENGINES)('slots on $name', ({ make }) => {
  let bench: Bench;
  beforeEach(() => {
    bench = make();
  });
  afterEach(async () => {
    const faults = await bench.faults();
    bench.dispose();
    expect(faults).toEqual([]);
  });

  /** The attempt with the name of its process requests a slot, or looks again. */
  const look = async (name: string, rules = ALONE, inherited: string[] = []): Promise<SlotVerdict> =>
    good(
      await (await bench.as(name)).slots.take({
        id: name,
        tool: rules.tool,
        inherited,
        starts: startsNeeded(rules),
        decide: (state, nowMs) => decideSlot(rules, state, { nowMs, mostWaitMs: 3_600_000 }),
      }),
    );
  /** `in`, `out` (refused), or the number of requests ahead. */
  const ask = async (
    name: string,
    rules = ALONE,
    inherited: string[] = [],
  ): Promise<number | 'in' | 'out'> => {
    const verdict = await look(name, rules, inherited);
    return verdict.is === 'waiting' ? verdict.ahead : verdict.is === 'admitted' ? 'in' : 'out';
  };
  const begin = async (name: string) => good(await (await bench.as(name)).slots.begin(name));
  const leave = async (name: string) => good(await (await bench.as(name)).slots.leave(name));
  const use = async (tool = 'bot', as = 'reader') =>
    good(await ((await bench.as(as)) as Ledger).slots.use(tool));

  it('are given first come, first served', async () => {
    expect([await ask('a'), await ask('b'), await ask('c'), await ask('d')]).toEqual(['in', 0, 1, 2]);
    await leave('a');
    expect([await ask('d'), await ask('c'), await ask('b'), await ask('c')]).toEqual([2, 1, 'in', 0]);
    await leave('b');
    await leave('b');
    expect([await ask('new'), await ask('c')]).toEqual([2, 'in']);
  });

  it('of one tool are independent of those of another', async () => {
    expect([await ask('a'), await ask('b', { ...ALONE, tool: 'other' })]).toEqual(['in', 'in']);
  });

  it('are free again when their process has died, at any stage', async () => {
    expect([await ask('a'), await ask('b')]).toEqual(['in', 0]);
    bench.kill('a');
    expect(await ask('b')).toBe('in');
    expect([await begin('b'), await ask('c')]).toEqual([true, 0]);
    bench.kill('b');
    expect(await ask('c')).toBe('in');
  });

  it('skip requests whose process died in the queue', async () => {
    expect([await ask('a'), await ask('b'), await ask('c'), await ask('d')]).toEqual(['in', 0, 1, 2]);
    bench.kill('c');
    expect(await ask('d')).toBe(1);
    bench.kill('b');
    expect(await ask('d')).toBe(0);
    await leave('a');
    expect(await ask('d')).toBe('in');
  });

  it('skip queued requests that stopped looking, as of a stopped process', async () => {
    bench.seen.add('b');
    expect([await ask('a'), await ask('b')]).toEqual(['in', 0]);
    bench.nowMs += 10_000;
    expect(await ask('c')).toBe(1);
    bench.nowMs += 10_000;
    expect(await ask('c')).toBe(0);
    await leave('a');
    expect([await ask('c'), await ask('b')]).toEqual(['in', 0]);
  });

  it('need a heartbeat unless their process is visible', async () => {
    bench.seen.add('a');
    expect(await ask('a')).toBe('in');
    bench.nowMs += EXPIRED_MS;
    expect(await ask('b')).toBe(0);
    bench.seen.delete('a');
    expect(await ask('b')).toBe('in');
    bench.nowMs += EXPIRED_MS - 120_000;
    good(await (await bench.as('b')).slots.heartbeat('b'));
    bench.nowMs += 120_000;
    expect(await ask('c')).toBe(0);
  });

  it('stop a process that was taken for dead before it starts its tool', async () => {
    expect(await ask('a')).toBe('in');
    bench.nowMs += EXPIRED_MS;
    expect(await ask('b')).toBe('in');
    expect([await begin('a'), await begin('b')]).toEqual([false, true]);
  });

  it('are shared with nested runs, ahead of the queue', async () => {
    expect([await ask('a'), await begin('a'), await ask('b')]).toEqual(['in', true, 0]);
    expect(await ask('child', ALONE, ['a'])).toBe('in');
    expect(await ask('unrelated', ALONE, ['b', 'unknown'])).toBe(1);
    await leave('a');
    expect(await ask('b')).toBe('in');
    expect(await ask('late child', ALONE, ['a'])).toBe(1);
  });

  it('count starts from when the tool starts, however late that is', async () => {
    expect(await ask('a', TWICE)).toBe('in');
    bench.seen.add('a');
    bench.nowMs += EXPIRED_MS;
    expect(await ask('b', TWICE)).toBe('in');
    await begin('b');
    expect(await look('c', TWICE)).toMatchObject({ is: 'waiting', opensAtMs: bench.nowMs + 60_000 });
    await begin('a');
    await leave('a');
    bench.nowMs += 60_000;
    expect([await ask('c', TWICE), await ask('d', TWICE), await ask('e', TWICE)]).toEqual(['in', 'in', 0]);
  });

  it('do not count a start that never came, and do count one whose process died', async () => {
    for (const name of ['a', 'b']) await ask(name, TWICE);
    await leave('a');
    bench.kill('b');
    for (const name of ['c', 'd']) {
      expect([await ask(name, TWICE), await begin(name)]).toEqual(['in', true]);
      bench.kill(name);
    }
    expect(await ask('e', TWICE)).toBe(0);
    bench.nowMs += 60_000;
    expect(await ask('e', TWICE)).toBe('in');
  });

  it('let nested runs go first when only the window is full, since they keep a slot busy', async () => {
    const rules: SlotRules = { ...TWICE, concurrency: 1 };
    expect([await ask('a', rules), await begin('a'), await ask('b', rules)]).toEqual(['in', true, 0]);
    expect([await ask('child', rules, ['a']), await begin('child')]).toEqual(['in', true]);
    expect(await ask('second child', rules, ['a'])).toBe(0);
    await leave('a');
    bench.nowMs += 1;
    expect(await ask('b', rules)).toBe(1);
  });

  it('survive a clock that is set back: the wait is one window at most', async () => {
    for (const name of ['a', 'b']) {
      await ask(name, TWICE);
      await begin(name);
      await leave(name);
    }
    bench.nowMs -= 24 * 3_600_000;
    expect(await look('c', TWICE)).toMatchObject({ is: 'waiting', opensAtMs: bench.nowMs + 60_000 });
    bench.nowMs += 60_000;
    expect(await ask('c', TWICE)).toBe('in');
  });

  it('are refused when the queue is full, without counting dead processes', async () => {
    const rules: SlotRules = { ...ALONE, queue: 2 };
    expect([await ask('a', rules), await ask('b', rules), await ask('c', rules)]).toEqual(['in', 0, 1]);
    expect(await ask('d', rules)).toBe('out');
    expect(await ask('b', rules)).toBe(0);
    bench.kill('b');
    expect(await ask('d', rules)).toBe(1);
  });

  it('list the users of a tool, without dead processes', async () => {
    const owner = (pid: number) => JSON.stringify({ pid, host: 'here', bootId: null, startTicks: null });
    for (const pid of [1, 2, 3]) await ask(owner(pid), { ...ALONE, concurrency: 2 });
    await begin(owner(1));
    expect(await use()).toMatchObject({
      holders: [
        { pid: 1, isWaiting: false, sinceMs: bench.nowMs },
        { pid: 2, isWaiting: false },
        { pid: 3, isWaiting: true },
      ],
      startsInMinute: 1,
      startsInHour: 1,
    });
    bench.kill(owner(1));
    bench.nowMs += 60_000;
    expect(await use()).toMatchObject({ holders: [{ pid: 2 }], startsInMinute: 0, startsInHour: 1 });
  });
});
