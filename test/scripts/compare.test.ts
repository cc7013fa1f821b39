import { describe, expect, it } from '@jest/globals';
import { compare, markdown } from '../../scripts/bench/compare.mjs';

/** A record with one row for each unit. */
function record(ratios: Record<string, [number, number, number] | null>) {
  const rows = Object.entries(ratios).map(([unit, ratio]) => ({
    id: `row of ${unit}`,
    unit,
    ratio: ratio?.[1] ?? null,
    spread: ratio === null ? null : [ratio[0], ratio[2]],
  }));
  return { groups: [{ name: 'start', rows }] };
}

const verdicts = (before: object, after: object) => compare(before, after).map(({ verdict }) => verdict);

describe('the comparison of two records', () => {
  it('calls a row worse only when it left both spreads and the margin', () => {
    const before = record({ ms: [1.9, 2, 2.1] });
    expect(verdicts(before, record({ ms: [2.5, 2.6, 2.7] }))).toEqual(['worse']);
    expect(verdicts(before, record({ ms: [2.0, 2.6, 2.7] }))).toEqual(['same']);
    expect(verdicts(before, record({ ms: [2.2, 2.3, 2.4] }))).toEqual(['same']);
    expect(verdicts(before, record({ ms: [1.4, 1.5, 1.6] }))).toEqual(['better']);
  });

  it('calls a lower rate worse', () => {
    const before = record({ 'a second': [1.9, 2, 2.1], 'MiB/s': [1, 1, 1] });
    const after = record({ 'a second': [1.4, 1.5, 1.6], 'MiB/s': [2, 2, 2] });
    expect(verdicts(before, after)).toEqual(['worse', 'better']);
  });

  it('leaves out what only one has, or what has no ratio', () => {
    expect(compare(record({ ms: [1, 1, 1] }), record({ s: [1, 1, 1], ms: null }))).toEqual([]);
  });

  it('shows what became worse first', () => {
    const before = record({ ms: [1, 1, 1], s: [1, 1, 1] });
    const rows = compare(before, record({ ms: [1, 1, 1], s: [9, 9, 9] }));
    expect(markdown(rows).split('\n').slice(2, 4)).toEqual([
      '| start | row of s | 1 | 9 | worse |',
      '| start | row of ms | 1 | 1 | same |',
    ]);
  });
});
