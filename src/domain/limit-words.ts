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
  return [...mentions('retry_after', WAIT, message), ...mentions('reset_at', POINT, message)];
}

/** Whether a message is about a used-up allowance of hours, days, weeks or money, not about requests that came too fast. */
export function isUsedUp(message: string): boolean {
  return USED_UP.test(message) && !PACE.test(message);
}

/** Words before the end of a limit, and the text allowed between them and the time. */
const BACK =
  '(?:try(?:ing)?[ _-]?again|re-?try(?:ing)?|resets?|wait(?:ing)?|available|renews?|refresh(?:es)?|come[ _-]?back|expires?|lifted|unblocked|regain access)';
const BETWEEN = '["\']?(?:[ _-](?:will|be|again|is|your|the|request|delay))*';
const UNIT = '(?:ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)(?![a-z])';
const COUNT = `(?:\\d+(?:\\.\\d+)?|an?|one)`;
const WAIT = new RegExp(
  [
    `\\b${BACK}${BETWEEN}["']?[ :=_-]*`,
    '(?:(?:in|after|for|within|delay|seconds|s|about|approximately|around|~)["\']?[ :=_]*)*["\']?',
    `(?<time>${COUNT} ?${UNIT}(?:(?:,? and |, ?| )?\\d+(?:\\.\\d+)? ?${UNIT})*|(?<=[:=] ?["']?)\\d+(?:\\.\\d+)?(?![\\d:.-]))`,
  ].join(''),
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
  `${DAY}(?:,? (?:at )?${CLOCK})?`,
  CLOCK,
].join('|');
const POINT = new RegExp(
  `\\b(?:${BACK}|until|again)${BETWEEN}["']?[ :=_-]*(?:(?:at|on|by)["']?[ :=]*)*["']?(?<time>(?:${MOMENT})(?:${ZONE})?)`,
  'gi',
);

function mentions(kind: LimitMention['kind'], pattern: RegExp, message: string): LimitMention[] {
  return [...message.matchAll(pattern)].map(({ groups }) => {
    const zone = groups?.zone ?? null;
    const time = groups?.time ?? '';
    return { kind, value: zone === null ? time : time.replace(/\s*\([^()]*\)$/, ''), zone };
  });
}

const ALLOWANCE = '(?:limit|quota|allowance|budget|cap)s?';
const USED_UP = new RegExp(
  [
    `\\b(?:(?:dai|week|month|year)ly|\\d+-hours?|session)\\b.{0,25}\\b${ALLOWANCE}\\b`,
    `\\b(?:organi[sz]ation|org|group|team|workspace|plan)(?:'s)? (?:[\\w-]+ ){0,2}${ALLOWANCE}\\b`,
    `\\b(?:usage|spend(?:ing)?|credit) ${ALLOWANCE}\\b`,
    '\\bout of (?:extra )?(?:usage|credits?|quota)\\b',
  ].join('|'),
  'i',
);
/** A limit on the pace comes back by itself. */
const PACE = /\bper[ -](?:second|minute|min)\b|\b[RT]PM\b/i;
