import { DAY_MS, dayOf } from './calendar.js';
import { err, ok, type Result } from './result.js';

const UNITS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
const PATTERN = /^(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?$/;

/** The longest duration accepted: what a timer of the runtime can hold, 2^31 - 1 ms (about 24 days). */
export const MAX_DURATION_MS = 2 ** 31 - 1;

/** The longest credible wait for a limit, ms: those of providers reset within a month, so a clock or a text must have been wrong. */
export const LONGEST_LIMIT_MS = 32 * 24 * 3_600_000;

/** Reads `90s`, `10m`, `1h30m` or `500ms` as milliseconds; the error is a sentence that says what is wrong. */
export function parseDuration(text: string): Result<number, string> {
  const match = PATTERN.exec(text);
  if (text === '' || match === null)
    return err(`\`${text}\` is not a duration such as \`90s\`, \`10m\`, \`1h30m\` or \`500ms\``);
  const [, h, m, s, ms] = match;
  const total =
    Number(h ?? 0) * UNITS.h + Number(m ?? 0) * UNITS.m + Number(s ?? 0) * UNITS.s + Number(ms ?? 0);
  if (total < 1) return err(`\`${text}\` is shorter than one millisecond`);
  if (total > MAX_DURATION_MS) return err(`\`${text}\` is longer than 24 days`);
  return ok(Math.round(total));
}

/** Reads an age as milliseconds: a duration, `30d` or `2w`; the error is a sentence that says what is wrong. */
export function parseAge(text: string): Result<number, string> {
  const [, count, unit] = /^(\d{1,5})([dw])$/.exec(text) ?? [];
  if (count !== undefined) return ok(Number(count) * (unit === 'w' ? 7 : 1) * DAY_MS);
  const duration = parseDuration(text);
  return duration.ok
    ? duration
    : err(`\`${text}\` is not an age such as \`30d\`, \`2w\`, \`12h\` or \`90m\``);
}

/**
 * Reads a point in time as ms since the epoch: an age before `nowMs`, a day (`2026-11-20`), or a time (`2026-11-20T09:30`). UTC
 * unless it names a zone. The error is a sentence that says what is wrong.
 */
export function parseSince(text: string, nowMs: number): Result<number, string> {
  const age = parseAge(text);
  if (age.ok) return ok(nowMs - age.value);
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  const [, day, time = '00:00', zone = 'Z'] = match ?? [];
  if (day !== undefined && !isDay(day)) return err(`\`${day}\` is not a day of the calendar`);
  const ms = day === undefined ? Number.NaN : Date.parse(`${day}T${time}${zone}`);
  if (!Number.isNaN(ms)) return ok(ms);
  return err(`\`${text}\` is neither an age such as \`7d\` or \`12h\` nor a day such as \`2026-11-20\``);
}

/** `Date.parse` takes 31 February for a day in March. */
function isDay(day: string): boolean {
  const ms = Date.parse(day);
  return !Number.isNaN(ms) && dayOf(ms) === day;
}

/** Formats milliseconds for people: `340 ms`, `2.3 s`, `4m 05s`, `1h 30m`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const [hours, minutes, rest] = [
    Math.floor(seconds / 3600),
    Math.floor((seconds % 3600) / 60),
    seconds % 60,
  ];
  if (hours > 0) return `${hours}h ${String(minutes).padStart(2, '0')}m`;
  return `${minutes}m ${String(rest).padStart(2, '0')}s`;
}

/** `formatDuration` without zero parts: `5m` instead of `5m 00s`. */
export function briefDuration(ms: number): string {
  return formatDuration(ms)
    .replace(/ 00[ms]$/, '')
    .replace('.0 s', ' s');
}

/** Formats a future time: `14:20 UTC (in 9h 44m)`; with seconds when it is near, with the day when it is far. */
export function formatUntil(atMs: number, nowMs: number): string {
  const [day = '', time = ''] = new Date(atMs).toISOString().split('T');
  const leftMs = Math.max(0, atMs - nowMs);
  const clock = time.slice(0, leftMs < 120_000 ? 8 : 5);
  const left = leftMs < 2 * DAY_MS ? formatDuration(leftMs) : `${Math.round(leftMs / DAY_MS)} days`;
  return `${leftMs < DAY_MS ? '' : `${day} `}${clock} UTC (in ${left})`;
}

/** Formats milliseconds as a value for an option, exactly: `10m`, `90s`, `1500ms`. */
export function exactDuration(ms: number): string {
  if (ms % 60_000 === 0) return `${ms / 60_000}m`;
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

/** Formats milliseconds as a value for an option, rounded up: `45s`, `13m`, `5h10m`. */
export function writeDuration(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  if (seconds <= 120) return `${seconds}s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes <= 120) return `${minutes}m`;
  const rest = minutes % 60;
  return rest === 0 ? `${minutes / 60}h` : `${Math.floor(minutes / 60)}h${rest}m`;
}
