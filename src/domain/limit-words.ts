import { searched } from './searched-text.js';

/** The end of a limit as a tool or provider wrote it: a point in time, or a wait from now. `limit-time.ts` parses it. */
export interface LimitMention {
  kind: 'reset_at' | 'retry_after';
  value: unknown;
  /** IANA name, if it is separate from the time. */
  zone: string | null;
}

/**
 * The ends of limits that a message mentions, such as `try again in 2h15m`, `resets 3pm (Europe/Paris)` or `retryDelay: "34s"`, waits
 * first: they need no zone. Only for failure messages: an answer may mention limits of anything.
 */
export function limitsInWords(message: string): LimitMention[] {
  const text = plainKeys(searched(message));
  return [
    ...mentions('retry_after', WAIT, text),
    ...mentions('retry_after', WAIT_FIRST, text),
    ...mentions('reset_at', POINT, text),
    ...inEasternLanguages(text),
    ...inOtherLanguages(text),
  ];
}

/** Whether a message is about a used-up allowance of hours, days, weeks or money, not about requests that came too fast. */
export function isUsedUp(message: string): boolean {
  return USED_UP.test(searched(message)) && !isPace(message);
}

/** Whether a message is about requests that came too fast: such a limit comes back by itself. */
export function isPace(message: string): boolean {
  return PACE.test(searched(message));
}

/** Messages may be JSON or contain some: `"retryDelayMs": 500` becomes `retry Delay Ms : 500`. Names of zones stay. */
function plainKeys(message: string): string {
  return message.replace(/(?<!\/[A-Za-z]{0,30})([a-z])(?=[A-Z][a-z])/g, '$1 ').replace(/["'{]+/g, ' ');
}

/** Numbers in words; half an hour is 0.5 of one. */
export const NUMBERS: Readonly<Record<string, number>> = {
  ...{ 'half an': 0.5, 'half a': 0.5, an: 1, a: 1, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6 },
  ...{
    seven: 7,
    eight: 8,
    nine: 9,
    ten: 10,
    twelve: 12,
    fifteen: 15,
    twenty: 20,
    thirty: 30,
    forty: 40,
    sixty: 60,
    ninety: 90,
  },
};

/** Words before the end of a limit. */
const BACK = [
  'try(?:ing)?[ _-]?again|re-?try(?:ing)?|resets?|resetting|wait(?:ing)?|available|renew(?:s|al)?|refresh(?:es)?|replenish(?:es|ed)?',
  'come[ _-]?back|be back|another request|time (?:left|remaining)|expires?|lifted|unblocked|regain access|continue|resumes?|restored|cool ?-?down',
  '(?:blocked|limited|throttled|suspended|banned|locked|paused|disabled|unavailable)(?: out)?(?= for )',
  '(?:window|cycle|period) (?:opens|starts|begins|ends)',
].join('|');
/** Words that may stand between them and the time. */
const FILLER = [
  'will|be|again|is|your|the|requests?|delay|time ?stamp|time|or|until|from now|next|daily|every day|each day|another|a minimum of',
  'in|after|for|within|about|approximately|approx\\.?|around|at least|at most|less than|up to|under|only',
].join('|');
const GAP = '[ \\n:=_,~-]*';
const before = (more: string) => `${GAP}(?:(?:${more})(?![a-z])${GAP}){0,6}`;
const UNIT =
  '(?:ms|millis(?:econds?)?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)(?![a-z])';
const DIGITS = '(?:\\d{1,3}(?:,\\d{3})+(?!\\d)|\\d+(?:[.,]\\d+)?)';
const COUNT = `(?:${DIGITS}|${Object.keys(NUMBERS).join('|')})`;
const REST = `(?:(?:,? and |, ?| )?\\d+(?:\\.\\d+)? ?${UNIT}){0,5}`;
/** The last two as in ISO 8601, and with a unit for all of it: `05:30 minutes`. */
const DURATION = [
  `${COUNT} ?(?:more )?${UNIT}${REST}`,
  'P(?:\\d+D)?(?:T(?:\\d+H)?(?:\\d+M)?(?:\\d+(?:\\.\\d+)?S)?)?(?<=\\d[DHMS])(?![a-z])',
  '\\d{1,3}:[0-5]\\d ?(?:minutes|mins?|hours|hrs?)(?![a-z])',
].join('|');
/** Seconds without a unit stand after a colon, or at the end of a sentence; larger numbers are points in time. */
const BARE = [
  '(?:(?<=[:=] *)|(?<=\\b(?:again|retry|reset)[ _]after ))\\d{1,7}(?:\\.\\d+)?',
  '(?=\\s*(?:$|[,;)}\\]\\n]|\\.(?!\\d)))',
].join('');
const WAIT = new RegExp(
  [
    `\\b(?:(?:${BACK})${before(FILLER)}(?<time>${DURATION}|(?<=\\b(?:in|after) )\\d{1,3}:[0-5]\\d:[0-5]\\d(?! ?[ap]\\.?m|:))`,
    `(?:re-?try|resets?|wait|cool ?-?down)${before(FILLER)}(?:(?<unit>ms|millis(?:econds)?|s|secs|seconds|minutes)${GAP})?(?<count>${BARE}))`,
  ].join('|'),
  'gi',
);
/** `45 seconds until reset`, `45 seconds remaining`. */
const WAIT_FIRST = new RegExp(
  `(?<time>\\b\\d+(?:\\.\\d+)? ?${UNIT}${REST}) (?:(?:until|till|before)(?: (?:the|your|next|it|limit|quota|you|can)){0,4} (?:re-?try|re-?set|try|renew|refresh|new)|remaining|left)(?![a-z])`,
  'gi',
);

/** Abbreviated zones in messages; ambiguous ones, such as CST, have the American meaning. */
export const ZONES: Readonly<Record<string, string>> = {
  ...{
    utc: 'utc',
    gmt: 'utc',
    z: 'utc',
    bst: 'UTC+1',
    cet: 'UTC+1',
    cest: 'UTC+2',
    eet: 'UTC+2',
    eest: 'UTC+3',
  },
  ...{ msk: 'UTC+3', ist: 'UTC+5:30', sgt: 'UTC+8', hkt: 'UTC+8', jst: 'UTC+9', kst: 'UTC+9' },
  ...{ aest: 'UTC+10', aedt: 'UTC+11', nzst: 'UTC+12', nzdt: 'UTC+13', brt: 'UTC-3' },
  ...{
    est: 'UTC-5',
    edt: 'UTC-4',
    cst: 'UTC-6',
    cdt: 'UTC-5',
    mst: 'UTC-7',
    mdt: 'UTC-6',
    pst: 'UTC-8',
    pdt: 'UTC-7',
  },
  ...{ et: 'America/New_York', ct: 'America/Chicago', mt: 'America/Denver', pt: 'America/Los_Angeles' },
  ...{ 'eastern time': 'America/New_York', 'pacific time': 'America/Los_Angeles', 'beijing time': 'UTC+8' },
  ...{ 'local time': 'system' },
};

const ZONE = `(?:\\s*\\((?<zone>[^()]{1,40})\\)| ?(?:(?:${Object.keys(ZONES).join('|')})(?![a-z+-])|(?:utc|gmt)?[+-]\\d{1,2}(?::?\\d\\d)?(?!\\d)))`;
const CLOCK =
  '(?:\\d{1,2}(?::[0-5]\\d){1,2}(?: ?[ap]\\.?m\\b\\.?)?|\\d{1,2} ?[ap]\\.?m\\b\\.?|midnight|noon)';
const MONTH = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?';
const WEEKDAY = '(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?';
const DAY = `(?:tomorrow|today|${WEEKDAY}|(?:${WEEKDAY},? )?(?:${MONTH} \\d{1,2}(?:st|nd|rd|th)?|\\d{1,2} ${MONTH})(?:,? \\d{4})?)`;
const MOMENT = [
  `(?:${WEEKDAY}, )?\\d{1,2} ${MONTH} \\d{4} \\d\\d:\\d\\d:\\d\\d`,
  '\\d{4}-\\d\\d-\\d\\d(?:(?:T| at | )\\d\\d:\\d\\d(?::\\d\\d(?:\\.\\d+)?)?)?',
  '\\d{10}(?:\\d{3})?(?!\\d)',
  // Months first: what programs print for American users.
  `\\d{1,2}/\\d{1,2}/\\d{4},? (?:at )?${CLOCK}(?<=m\\.?)`,
  `${DAY}(?:,? (?:at )?${CLOCK})?`,
  CLOCK,
].join('|');
const POINT = new RegExp(
  `(?:\\b(?:${BACK}|until|again)${before(`${FILLER}|at|on|by`)}|limit reached\\|)(?<time>(?:${MOMENT})(?:${ZONE})?)`,
  'gi',
);

function mentions(kind: LimitMention['kind'], pattern: RegExp, message: string): LimitMention[] {
  return [...message.matchAll(pattern)].map(({ groups }) => {
    const zone = groups?.zone ?? null;
    const time = groups?.time ?? `${groups?.count ?? ''}${groups?.unit ?? ''}`;
    return { kind, value: zone === null ? time : time.replace(/\s*\([^()]*\)$/, ''), zone };
  });
}

/** By the first character: those of Chinese, Japanese and Korean. */
const EASTERN_UNITS: Readonly<Record<string, string>> = {
  ...{ 秒: 's', 分: 'm', 小: 'h', 天: 'd', 時: 'h', 日: 'd', 초: 's', 분: 'm', 시: 'h', 일: 'd' },
};

/** `请在 30 秒后重试`, `30秒後に再試行`, `30초 후에`, and `将在 2026-11-21 02:00:00 重置`, which is a time in China. */
function inEasternLanguages(message: string): LimitMention[] {
  const waits = [...message.matchAll(EASTERN_WAIT)].map(([, count, unit = '']) => ({
    kind: 'retry_after' as const,
    value: `${count}${EASTERN_UNITS[unit.slice(0, 1)] ?? unit}`,
    zone: null,
  }));
  const points = [
    ...message.matchAll(/(\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?) ?之?后?(?:自动)?(?:重置|恢复|刷新)/g),
  ].map(([, value]) => ({ kind: 'reset_at' as const, value, zone: 'Asia/Shanghai' }));
  return [...waits, ...points];
}

const EASTERN_WAIT =
  /(\d+(?:\.\d+)?) ?(秒|分钟|分鐘|分|小时|小時|時間|天|日|초|분|시간|일|[smhd]) ?(?:之?[后後]|内|以内|후|뒤|이후)/g;

/** Of French, German, Spanish, Portuguese, Italian, Dutch and Russian. */
const UNITS_ELSEWHERE: readonly [unit: string, names: string][] = [
  ['s', 'second(?:es?|i|en)|sekunden?|segundos?|секунд[уы]?'],
  ['m', 'minut(?:e|es|en|os?|i|a)|минут[уы]?'],
  ['h', 'heures?|stunden?|horas?|or[ae]|uur|час(?:а|ов)?'],
  ['d', 'jours?|tag(?:en)?|d[ií]as?|giorn[oi]|dagen|д(?:ень|ня|ней)'],
];
const ELSEWHERE = new RegExp(
  `(?<!\\p{L})(?:dans|in(?! \\d+ minutes)|nach|en|em|tra|fra|over|через) (\\d+(?:[.,]\\d+)?) ?(?:${UNITS_ELSEWHERE.map(([unit, names]) => `(?<${unit}>${names})`).join('|')})(?!\\p{L})`,
  'giu',
);

/** `réessayer dans 30 secondes`, `in 30 Sekunden erneut`. */
function inOtherLanguages(message: string): LimitMention[] {
  return [...message.matchAll(ELSEWHERE)].map(({ 1: count, groups = {} }) => ({
    kind: 'retry_after',
    value: `${count}${UNITS_ELSEWHERE.find(([unit]) => groups[unit] !== undefined)?.[0]}`,
    zone: null,
  }));
}

const ALLOWANCE = '(?:limit|quota|allowance|budget|cap)s?';
const USED_UP = new RegExp(
  [
    `\\b(?:(?:dai|week|month|year)ly|\\d+[ -]hours?|session|today'?s?)\\b.{0,25}\\b${ALLOWANCE}\\b`,
    `\\b${ALLOWANCE} (?:reached )?for (?:today|(?:the|this) (?:day|week|month|billing period))\\b`,
    `\\b(?:organi[sz]ation|org|group|team|workspace|plan)(?:'s)? (?:(?!rate)[\\w-]+ ){0,2}${ALLOWANCE}\\b`,
    `\\b(?:usage|spend(?:ing)?|credit|key) ${ALLOWANCE}\\b`,
    '\\bper[ -](?:day|week|month)\\b|\\b[RT]P[DW]\\b',
    '\\bout of (?:extra )?(?:usage|credits?|quota)\\b',
    '限额|配额|额度|使用上限',
  ].join('|'),
  'i',
);
const PACE = /\bper[ -](?:sec(?:ond)?|min(?:ute)?)\b|\b[RT]PM\b|concurren|每分钟|每秒|频率|速率|并发/i;
