import { describe, expect, it } from '@jest/globals';
import { CHARTS, partsOf, stepsOf } from '../../../src/server/page/chart-list.js';
import { requestsTile } from '../../../src/server/page/figures.js';
import { basisText, compact, costText, share, sumText } from '../../../src/server/page/format.js';
import type { TodayStatus } from '../../../src/server/status/document.js';

const TODAY: TodayStatus = {
  day: '2026-11-20',
  invocations: 1,
  failures: 0,
  failure_types: {},
  fallbacks: 0,
  p50_ms: null,
  p95_ms: null,
  total_tokens: 0,
  without_tokens: 0,
  cost_usd: 0,
  without_price: 0,
};
const cost = { usd: 1.5, basis: 'computed', billing: 'api', is_partial: false };

describe('the words of the status page', () => {
  it('show what is unknown of a cost, and never as zero', () => {
    expect(costText(cost)).toBe('$1.50');
    expect(costText({ ...cost, is_partial: true })).toBe('$1.50+?');
    expect(costText({ ...cost, usd: null, is_partial: true })).toBe('?');
    expect(costText({ ...cost, usd: 0, is_partial: true })).toBe('?');
    expect(costText({ ...cost, usd: 0, billing: 'free' })).toBe('$0.00');
    expect(costText(null)).toBe('–');
    expect(basisText({ ...cost, billing: 'subscription' })).toBe('subscription');
    expect(basisText({ ...cost, basis: 'unknown', is_partial: true })).toMatch(/^unknown/);
    expect([sumText({ cost_usd: 2, without_price: 0 }), sumText({ cost_usd: 2, without_price: 1 })]).toEqual([
      '$2.00',
      '$2.00+?',
    ]);
    expect(sumText({ cost_usd: 0, without_price: 3 })).toBe('?');
  });

  it('never round a share up to all', () => {
    expect(share(1, 1)).toBe('100 %');
    expect(share(9999, 10_000)).toBe('99.99 %');
    expect(share(999_999, 1_000_000)).toBe('99.99 %');
    expect(share(2, 3)).toBe('66.6 %');
    expect(share(0, 0)).toBe('–');
  });

  it('count cancelled runs apart from failed ones', () => {
    const today = { ...TODAY, invocations: 9, failures: 3, failure_types: { timeout: 2, cancelled: 1 } };
    const notes = (day: TodayStatus) => requestsTile(day).notes.map(({ text }) => text);
    expect(notes(today)).toEqual(['2 failed', '1 cancelled', '0 fallbacks']);
    expect(notes(TODAY)).toEqual(['none failed', '0 fallbacks']);
  });

  it('shorten large counts alone', () => {
    expect([compact(9999), compact(4_512_334)]).toEqual(['9,999', '4.5M']);
  });
});

describe('the charts of the status page', () => {
  it('have a place for each step, and parts that add up to the whole', () => {
    const step = {
      at: '2026-11-20T12:01:00.000Z',
      invocations: 10,
      failure_types: { timeout: 2, cancelled: 1 },
      p50_ms: null,
      p95_ms: 4,
      cost_usd: 1,
      without_price: 2,
    };
    const since = '2026-11-20T12:00:00.000Z';
    const timeline = { range: '1h' as const, since, step_ms: 60_000, steps: [step] };
    const steps = stepsOf(timeline, Date.parse(since) + 150_000);
    expect(steps).toEqual([null, step, null]);
    const [runs, latency, costs] = CHARTS.map((chart) =>
      partsOf(chart, steps).map(({ label, values }) => [label, ...values]),
    );
    expect(runs).toEqual([
      ['failed', null, 2, null],
      ['cancelled', null, 1, null],
      ['answered', null, 7, null],
    ]);
    expect(latency).toEqual([
      ['p95', null, 4, null],
      ['p50', null, null, null],
    ]);
    expect(costs).toEqual([['known cost', null, 1, null]]);
    expect(CHARTS.map(({ summary }) => summary(steps))).toEqual([
      '10 runs, 2 failed',
      'p95 at most 4 ms',
      '$1.00, 2 runs without a price',
    ]);
  });
});
