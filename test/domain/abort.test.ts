import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { firstAbort, onAbort } from '../../src/domain/abort.js';

const listenersOf = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('following a signal', () => {
  it('takes one listener for all followers, and none once they have stopped', () => {
    const { signal } = new AbortController();
    const releases = Array.from({ length: 100 }, () => onAbort(signal, () => undefined));
    expect(listenersOf(signal)).toBe(1);
    for (const release of releases.slice(1)) release();
    expect(listenersOf(signal)).toBe(1);
    releases[0]?.();
    expect(listenersOf(signal)).toBe(0);
    const again = onAbort(signal, () => undefined);
    releases[0]?.();
    expect(listenersOf(signal)).toBe(1);
    again();
    expect(listenersOf(signal)).toBe(0);
  });

  it('calls everyone who still follows, once, and at once after the abort', () => {
    const controller = new AbortController();
    const called: string[] = [];
    onAbort(controller.signal, () => void called.push('first'));
    onAbort(controller.signal, () => void called.push('stopped'))();
    onAbort(controller.signal, () => void called.push('second'));
    controller.abort();
    onAbort(controller.signal, () => void called.push('late'));
    expect(called).toEqual(['first', 'second', 'late']);
  });

  it('ends with the first of several signals, by its reason', () => {
    const [one, two] = [new AbortController(), new AbortController()];
    const first = firstAbort([one.signal, two.signal]);
    const stopped = firstAbort([one.signal, two.signal]);
    stopped.release();
    two.abort('why');
    one.abort('later');
    expect([first.signal.reason, stopped.signal.aborted]).toEqual(['why', false]);
  });
});
