/** A period of a report. */
export type Period = 'day' | 'week' | 'month';

/** A day without leap seconds, ms. */
export const DAY_MS = 24 * 60 * 60 * 1000;

/** The UTC day of a point in time: `2026-11-20`. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** The first day of the period of a day; a week begins on Monday. */
export function periodStart(period: Period, day: string): string {
  if (period === 'day') return day;
  if (period === 'month') return `${day.slice(0, 7)}-01`;
  const ms = Date.parse(day);
  const sinceMonday = (new Date(ms).getUTCDay() + 6) % 7;
  return dayOf(ms - sinceMonday * DAY_MS);
}

/** The name of the period of a day: the day, the Monday of its week, or its month. */
export function periodName(period: Period, day: string): string {
  return period === 'month' ? day.slice(0, 7) : periodStart(period, day);
}

/** Every day from one to another, both included. */
export function daysBetween(since: string, until: string): string[] {
  const days: string[] = [];
  for (let ms = Date.parse(since); ms <= Date.parse(until); ms += DAY_MS) days.push(dayOf(ms));
  return days;
}
