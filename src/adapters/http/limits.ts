import { type LimitMention, limitsInWords } from '../../domain/limit-words.js';

/** Headers by lower-case name; several of one name are a list. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A header's first value; `null` when it is absent or empty. */
export function header(headers: Headers, name: string): string | null {
  const value = headers[name];
  return (typeof value === 'string' ? value : value?.[0]) || null;
}

/**
 * When a limit ends, by what headers and message say; the first that can be read holds. OpenAI's resets are waits (`6m0s`),
 * Anthropic's are points in time.
 */
export function limitMentions(headers: Headers, message: string): LimitMention[] {
  return [
    ...inMilliseconds(header(headers, 'retry-after-ms')),
    ...resetMention(header(headers, 'retry-after')),
    ...resetMention(header(headers, 'x-ratelimit-reset-after')),
    ...usedUpCounters(headers).flatMap((reset) => resetMention(header(headers, reset))),
    ...inStructuredHeader(header(headers, 'ratelimit')),
    ...limitsInWords(message),
  ];
}

/**
 * The headers with the end of each counter that is used up: `x-ratelimit-reset-tokens` beside `x-ratelimit-remaining-tokens: 0`, whatever
 * the host counts.
 */
function usedUpCounters(headers: Headers): string[] {
  const counters = Object.keys(headers).filter(
    (name) => /ratelimit.*remaining/.test(name) && header(headers, name) === '0',
  );
  // Of a subscription, which has no count.
  const isUnifiedUsedUp = header(headers, 'anthropic-ratelimit-unified-status') === 'rejected';
  return [
    ...counters.map((name) => name.replace('remaining', 'reset')),
    ...(isUnifiedUsedUp ? ['anthropic-ratelimit-unified-reset'] : []),
  ];
}

/** `"default";r=0;t=20`, and `limit=100, remaining=0, reset=20` of earlier drafts. */
function inStructuredHeader(value: string | null): LimitMention[] {
  const found = /\b(?:r|remaining)=0\b.*?\b(?:t|reset)=(\d{1,7})\b/.exec(value ?? '');
  return mention('retry_after', found?.[1] ?? null);
}

function inMilliseconds(value: string | null): LimitMention[] {
  return value !== null && /^\d+(\.\d+)?$/.test(value) ? mention('retry_after', `${value}ms`) : [];
}

/** An epoch or a date is a point in time, anything else a wait. */
function resetMention(value: string | null): LimitMention[] {
  const isPoint = value !== null && /^\d{9,}(\.\d+)?$|^\d{4}-/.test(value);
  return mention(isPoint ? 'reset_at' : 'retry_after', value);
}

function mention(kind: LimitMention['kind'], value: string | null): LimitMention[] {
  return value === null ? [] : [{ kind, value, zone: null }];
}
