import { type LimitMention, limitsInWords } from '../../domain/limit-words.js';

/** Headers by lower-case name; several of one name are a list. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A header's first value; `null` when it is absent or empty. */
export function header(headers: Headers, name: string): string | null {
  const value = headers[name];
  return (typeof value === 'string' ? value : value?.[0]) || null;
}

/** Headers of counters: the remaining amount, and its reset time. */
const COUNTERS: readonly [remaining: string, reset: string][] = [
  ...['requests', 'tokens'].map((what): [string, string] => [
    `x-ratelimit-remaining-${what}`,
    `x-ratelimit-reset-${what}`,
  ]),
  ...['requests', 'tokens', 'input-tokens', 'output-tokens'].map((what): [string, string] => [
    `anthropic-ratelimit-${what}-remaining`,
    `anthropic-ratelimit-${what}-reset`,
  ]),
  ['x-ratelimit-remaining', 'x-ratelimit-reset'],
];

/**
 * When a limit ends, by what headers and message say; the first that can be read holds. OpenAI's resets are waits (`6m0s`),
 * Anthropic's are points in time.
 */
export function limitMentions(headers: Headers, message: string): LimitMention[] {
  return [
    ...inMilliseconds(header(headers, 'retry-after-ms')),
    ...mention('retry_after', header(headers, 'retry-after')),
    ...COUNTERS.filter(([remaining]) => header(headers, remaining) === '0').flatMap(([, reset]) =>
      resetMention(header(headers, reset)),
    ),
    ...limitsInWords(message),
  ];
}

function inMilliseconds(value: string | null): LimitMention[] {
  return value !== null && /^\d+(\.\d+)?$/.test(value) ? mention('retry_after', `${value}ms`) : [];
}

/** An epoch or a date is a point in time, anything else a wait. */
function resetMention(value: string | null): LimitMention[] {
  const isPoint = value !== null && /^\d{9,}|^\d{4}-/.test(value);
  return mention(isPoint ? 'reset_at' : 'retry_after', value);
}

function mention(kind: LimitMention['kind'], value: string | null): LimitMention[] {
  return value === null ? [] : [{ kind, value, zone: null }];
}
