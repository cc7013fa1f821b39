import { describe, expect, it } from '@jest/globals';
import { daysBetween, periodName, periodStart } from '../../src/domain/calendar.js';

describe('periods of a report', () => {
  it.each([
    ['day', '2026-11-20', '2026-11-20', '2026-11-20'],
    ['week', '2026-11-20', '2026-11-16', '2026-11-16'],
    ['week', '2026-11-16', '2026-11-16', '2026-11-16'],
    ['week', '2026-11-22', '2026-11-16', '2026-11-16'],
    ['week', '2027-01-01', '2026-12-28', '2026-12-28'],
    ['month', '2028-02-29', '2028-02-01', '2028-02'],
  ] as const)('the %s of %s begins on %s and is called %s', (period, day, start, name) => {
    expect([periodStart(period, day), periodName(period, day)]).toEqual([start, name]);
  });

  it('have every day, the first and the last too', () => {
    expect(daysBetween('2028-02-28', '2028-03-01')).toEqual(['2028-02-28', '2028-02-29', '2028-03-01']);
    expect(daysBetween('2026-11-20', '2026-11-20')).toEqual(['2026-11-20']);
    expect(daysBetween('2026-11-21', '2026-11-20')).toEqual([]);
  });
});
