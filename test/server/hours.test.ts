import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LedgerReader, TimelineSpan } from '../../src/ledger/ledger.js';
import { timelineReader } from '../../src/server/status/hours.js';
import { type Bench, sqliteBench } from '../ledger/engines.js';
import { addAt } from '../ledger/invocations.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOON = Date.UTC(2026, 10, 20, 12);

let bench: Bench;
beforeEach(() => {
  bench = sqliteBench();
});
afterEach(() => bench.dispose());

/** A ledger with a run every 20 minutes of six hours, and what it is asked. */
async function ledgerOf(): Promise<{ ledger: LedgerReader; asked: TimelineSpan[] }> {
  const real = await bench.as('me');
  for (let n = 1; n <= 18; n++) await addAt(real, { atMs: NOON - n * 20 * MINUTE, latencyMs: n });
  const asked: TimelineSpan[] = [];
  const timeline: LedgerReader['timeline'] = (span) => {
    asked.push(span);
    return real.timeline(span);
  };
  return { ledger: { ...real, timeline }, asked };
}

describe('the timeline of the page', () => {
  it('is read hour by hour, and old hours only once in a while', async () => {
    const { ledger, asked } = await ledgerOf();
    const read = timelineReader();
    const at = async (nowMs: number) => {
      asked.length = 0;
      const steps = await read(ledger, { sinceMs: NOON - 340 * MINUTE, stepMs: 20 * MINUTE, nowMs });
      if (!steps.ok) throw new Error(steps.error.message);
      return { steps: steps.value.length, hours: asked.map(({ sinceMs }) => (sinceMs - NOON) / HOUR) };
    };
    const now = NOON + 20 * MINUTE;
    expect(await at(now)).toEqual({ steps: 17, hours: [-6, -5, -4, -3, -2, -1, 0] });
    expect(await at(now + MINUTE)).toEqual({ steps: 17, hours: [-1, 0] });
    expect(await at(now + 11 * MINUTE)).toEqual({ steps: 17, hours: [-6, -5, -4, -3, -2, -1, 0] });
  });

  it('keeps what was read of other steps', async () => {
    const { ledger, asked } = await ledgerOf();
    const read = timelineReader();
    const span = (stepMs: number) => ({ sinceMs: NOON - 5 * HOUR, stepMs, nowMs: NOON });
    await read(ledger, span(5 * MINUTE));
    await read(ledger, span(20 * MINUTE));
    asked.length = 0;
    await read(ledger, span(5 * MINUTE));
    expect(asked.map(({ sinceMs }) => (sinceMs - NOON) / HOUR)).toEqual([-2, -1, 0]);
  });
});
