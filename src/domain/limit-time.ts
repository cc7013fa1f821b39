import { DateTime } from 'luxon';
import { LONGEST_LIMIT_MS } from './duration.js';
import { type LimitMention, NUMBERS, ZONES } from './limit-words.js';
import { lookup } from './lookup.js';

/** When a limit ends. A time that has passed means now. */
export interface LimitEnd {
  /** ISO, UTC. */
  resetAt: string;
  retryAfterMs: number;
}

/** The reference time. */
export interface Clock {
  /** Epoch, ms. */
  nowMs: number;
  /** IANA name, for times that name no zone; `system` is the machine's own. */
  zone: string;
}

/**
 * The end of a limit by the first mention that is no further away than a limit lasts, else the first within a year: a date without a year
 * that has just passed reads as one of next year, which is reported, and no cooldown or wait believes it. `null`: none can be read.
 */
export function limitEnd(mentions: readonly LimitMention[], clock: Clock): LimitEnd | null {
  return firstEnd(mentions, clock, LONGEST_LIMIT_MS) ?? firstEnd(mentions, clock, YEAR_MS);
}

const YEAR_MS = 366 * 24 * 3_600_000;

function firstEnd(mentions: readonly LimitMention[], clock: Clock, longestMs: number): LimitEnd | null {
  for (const mention of mentions) {
    const momentMs = momentOf(mention, clock);
    const end = momentMs === null ? null : endAt(Math.max(momentMs, clock.nowMs), clock);
    if (end !== null && end.retryAfterMs <= longestMs) return end;
  }
  return null;
}

function endAt(resetMs: number, { nowMs }: Clock): LimitEnd | null {
  const moment = DateTime.fromMillis(resetMs, { zone: 'utc' });
  return moment.isValid ? { resetAt: moment.toISO(), retryAfterMs: Math.round(resetMs - nowMs) } : null;
}

/** A longer text is no time, and searching it is slow. */
const MOST_CHARS = 128;

function momentOf({ kind, value, zone }: LimitMention, clock: Clock): number | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  if (String(value).length > MOST_CHARS) return null;
  if (kind === 'reset_at')
    return readResetTime(String(value), { ...clock, zone: zone === null ? clock.zone : zoneNamed(zone) });
  const waitMs = readWait(String(value));
  if (waitMs !== null) return clock.nowMs + waitMs;
  return headerDateMs(String(value).trim());
}

const UNITS: readonly [name: RegExp, ms: number][] = [
  [/^(ms|millis|milliseconds?)$/, 1],
  [/^(s|secs?|seconds?)$/, 1000],
  [/^(m|mins?|minutes?)$/, 60_000],
  [/^(h|hrs?|hours?)$/, 3_600_000],
  [/^(d|days?)$/, 86_400_000],
  [/^(w|weeks?)$/, 7 * 86_400_000],
];

const NUMBER_WORD = new RegExp(`^(?:${Object.keys(NUMBERS).join('|')})\\b`);

/**
 * Reads a wait as ms: `34s`, `19h23m`, `2 days 17 hours and 14 minutes`, `half an hour`, `1:30:00`, `5:30 minutes`, `PT1H30M`,
 * `1,200 seconds`, or seconds without a unit. Text after it is ignored. `null` when it does not start with a wait.
 */
export function readWait(text: string): number | null {
  const words = text
    .trim()
    .toLowerCase()
    .replace(NUMBER_WORD, (word) => String(NUMBERS[word]))
    .replace(/^(\d+):(\d\d):(\d\d)$/, '$1h$2m$3s')
    .replace(/^(\d+):(\d\d) ?m.*$/, '$1m$2s')
    .replace(/^(\d+):(\d\d) ?h.*$/, '$1h$2m')
    .replace(/^p(?:(\d+d)t?|t)(?=\d|$)/, '$1')
    .replace(/^\d{1,3}(?:,\d{3})+(?=(?:\.\d+)? ?[a-z])/, (count) => count.replaceAll(',', ''))
    .replace(/^(\d+),(\d+)(?= ?[a-z])/, '$1.$2')
    .replace(' more ', ' ');
  // A header that was sent twice reaches us as a list.
  const seconds = /^(\d+(?:\.\d+)?)(?:, *\d+(?:\.\d+)?)*$/.exec(words)?.[1];
  if (seconds !== undefined) return Math.round(Number(seconds) * 1000);
  let sum: number | null = null;
  for (const [, count, name = ''] of words.matchAll(/(?:,\s*|and\s+)?(\d+(?:\.\d+)?)\s*([a-z]+)\s*/gy)) {
    const ms = UNITS.find(([unit]) => unit.test(name))?.[1];
    if (ms === undefined) break;
    sum = (sum ?? 0) + Number(count) * ms;
  }
  return sum === null ? null : Math.round(sum);
}

/**
 * Reads a point in time as epoch ms: an epoch in seconds or ms, ISO, or words such as `3:20pm (Europe/Paris)`,
 * `Oct 12, 8am`, `Apr 28th, 2026 10:03 PM`, `Mon`. Missing parts mean the next such time, or one that passed a few
 * minutes ago. `null` when it cannot be read or the zone is unknown.
 */
export function readResetTime(text: string, clock: Clock): number | null {
  const [, told = '', named] = /^\s*(.*?)\s*(?:\(([^()]*)\))?[\s.]*$/s.exec(text) ?? [];
  if (/^\d+(\.\d+)?$/.test(told)) return epochMs(Number(told));
  const header = headerDateMs(told);
  if (header !== null) return header;
  const { words, zone } = withoutZone(told);
  const by = { ...clock, zone: zone ?? clock.zone };
  if (named !== undefined) by.zone = zoneNamed(named);
  if (/^\d{4}-\d\d-\d\d/.test(words)) return isoMs(words, by.zone);
  const parts = partsOf(words);
  return parts === null ? null : nextMs(parts, by);
}

function zoneNamed(name: string): string {
  return lookup(ZONES, name.trim().toLowerCase()) ?? name;
}

/** Seconds or ms, by their size; smaller numbers are no present-day time. */
function epochMs(value: number): number | null {
  if (value >= 1e9 && value < 1e11) return Math.round(value * 1000);
  return value >= 1e12 && value < 1e14 ? Math.round(value) : null;
}

function isoMs(words: string, zone: string): number | null {
  const date = DateTime.fromISO(words.replace(/ at | /, 'T'), { zone });
  return date.isValid ? date.toMillis() : null;
}

/** `Fri, 20 Nov 2026 18:00:07 GMT`, or with an offset as mails have it. */
function headerDateMs(text: string): number | null {
  const http = DateTime.fromHTTP(text);
  const date = http.isValid ? http : DateTime.fromRFC2822(text);
  return date.isValid ? date.toMillis() : null;
}

/** The zone after a time: `15:00 UTC`, `3:52 PM PST`, `15:00 +0800`. */
function withoutZone(text: string): { words: string; zone: string | null } {
  const offset = /^(.*\d(?: ?[ap]m)?)\s*(?:utc|gmt)?([+-]\d{1,2})(?::?(\d\d))?$/i.exec(text);
  if (offset !== null && /\d:\d|[ap]m/i.test(offset[1] ?? ''))
    return { words: offset[1] ?? '', zone: `UTC${offset[2]}:${offset[3] ?? '00'}` };
  const [, words = '', name = ''] = /^(.*?\S)\s*(?<![a-z])([a-z]{1,4}|[a-z]+ time)$/i.exec(text) ?? [];
  const zone = lookup(ZONES, name.toLowerCase());
  return zone === null ? { words: text, zone: null } : { words, zone };
}

/** The parts of a time in a text; `null`: not given. */
interface Parts {
  /** 0 is today. */
  inDays: number | null;
  /** 1 is Monday. */
  weekday: number | null;
  month: number | null;
  day: number | null;
  year: number | null;
  hour: number;
  minute: number;
  second: number;
}

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WORDS = new RegExp(
  [
    `^(?:(?<relative>today|tomorrow)|(?<weekday>${WEEKDAYS.join('|')})[a-z]*)?`,
    `(?: ?(?<month>${MONTHS.join('|')})[a-z]* (?<day>\\d{1,2})(?: (?<year>\\d{4}))?)?`,
    '(?: ?(?<hour>\\d{1,2})(?::(?<minute>[0-5]\\d)(?::(?<second>[0-5]\\d))?)? ?(?<half>[ap]m)?)?$',
  ].join(''),
);

/** `3 Dec 2026`, which we read as `Dec 3 2026`. */
const DAY_FIRST = new RegExp(`\\b(\\d{1,2}) ((?:${MONTHS.join('|')})[a-z]*)`);

function partsOf(text: string): Parts | null {
  const plain = text
    .toLowerCase()
    .replace(/\bmidnight\b/, '12am')
    .replace(/\bnoon\b/, '12pm')
    .replace(/^(\d{1,2})\/(\d{1,2})\/(?=\d{4})/, (_, month, day) => `${MONTHS[Number(month) - 1]} ${day} `)
    .replace(/(\d)(st|nd|rd|th)\b/g, '$1')
    .replace(DAY_FIRST, '$2 $1')
    .replace(/\b([ap])\.m\b\.?/g, '$1m')
    .replace(/\bat\b|[,.\s]+/g, ' ')
    .replace(/ +/g, ' ')
    .trim();
  const found = WORDS.exec(plain)?.groups;
  if (plain === '' || found === undefined) return null;
  const hour = hourOf(found);
  const names = { weekday: WEEKDAYS.indexOf(found.weekday ?? ''), month: MONTHS.indexOf(found.month ?? '') };
  if (hour === null) return null;
  return {
    inDays: found.relative === undefined ? null : ['today', 'tomorrow'].indexOf(found.relative),
    weekday: names.weekday === -1 ? null : names.weekday + 1,
    month: names.month === -1 ? null : names.month + 1,
    day: found.day === undefined ? null : Number(found.day),
    year: found.year === undefined ? null : Number(found.year),
    hour,
    minute: Number(found.minute ?? 0),
    second: Number(found.second ?? 0),
  };
}

/** A day without a time means its first hour; a number alone is no time. */
function hourOf({ hour, minute, half }: Record<string, string | undefined>): number | null {
  if (hour === undefined) return 0;
  if (half === undefined) return minute === undefined || Number(hour) > 23 ? null : Number(hour);
  if (Number(hour) < 1 || Number(hour) > 12) return null;
  return (Number(hour) % 12) + (half === 'pm' ? 12 : 0);
}

/** A stated time may have passed while the tool was working. */
const JUST_PASSED_MS = 10 * 60_000;

function nextMs(parts: Parts, clock: Clock): number | null {
  const today = DateTime.fromMillis(clock.nowMs, { zone: clock.zone });
  if (!today.isValid) return null;
  const candidates = candidatesOf(parts, today)
    .filter((candidate) => candidate.isValid)
    .map(later);
  const next = candidates.find((candidate) => candidate.toMillis() >= clock.nowMs - JUST_PASSED_MS);
  const told = parts.year === null ? next : candidates[0];
  return told === undefined ? null : told.toMillis();
}

/** When an hour occurs twice, the limit is certainly over at the second. */
function later(time: DateTime): DateTime {
  return time.getPossibleOffsets().reduce((latest, each) => (each > latest ? each : latest), time);
}

/** The possible days, earliest first. Days are calendar days: some have 23 or 25 hours. */
function candidatesOf(parts: Parts, today: DateTime): DateTime[] {
  const { inDays, weekday, month, day, year, hour, minute, second } = parts;
  const time = { hour, minute, second, millisecond: 0 };
  if (inDays !== null) return [today.plus({ days: inDays }).set(time)];
  if (month !== null && day !== null) {
    const years = year === null ? [today.year, today.year + 1] : [year];
    return years.map((each) =>
      DateTime.fromObject({ year: each, month, day, ...time }, { zone: today.zone }),
    );
  }
  const days = [0, 1, 2, 3, 4, 5, 6, 7].map((count) => today.plus({ days: count }).set(time));
  return weekday === null ? days : days.filter((each) => each.weekday === weekday);
}
