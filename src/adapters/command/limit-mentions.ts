import type { FailureRule, TimeMention, TimeUnit } from '../../config/types.js';
import { LIMIT_TYPES } from '../../domain/failure.js';
import { type LimitMention, limitsInWords } from '../../domain/limit-words.js';
import { compilePattern } from '../../regex/pattern.js';
import { classifyRun, decidingRule, type EndedRun, type WaitedLimit, waitedLimit } from './failure-rules.js';
import { endedRun, type FinishedRun } from './run.js';
import { numberOf } from './selector.js';

/** Mentions of the end of a limit; when we ended the run, of the limit that it was waiting for. */
export function limitMentionsOf(run: FinishedRun): LimitMention[] {
  const ended = endedRun(run);
  if (run.end.ended === 'exit') return run.reading.overSize ? [] : limitMentions(ended);
  const waited = waitedLimit(ended);
  return waited === null ? [] : waitedMentions(waited, run.reading);
}

/**
 * Mentions of the end of a limit in a failed run: by the matching failure rule, and in its error message, which comes before a value
 * that the tool may have chosen for its own retries. The answer is never searched.
 */
function limitMentions(run: EndedRun): LimitMention[] {
  const rule = decidingRule(run);
  const type = classifyRun(run)?.type;
  const inWords = LIMIT_TYPES.some((limit) => limit === type)
    ? limitsInWords(run.reading.error.message ?? '')
    : [];
  const told = mentionsBy(rule, run.reading);
  const isSelected = rule?.retryAfter?.kind === 'selected';
  return isSelected ? [...inWords, ...told] : [...told, ...inWords];
}

/** Mentions of the end of the limit that a tool was waiting for. */
function waitedMentions({ rule, words }: WaitedLimit, reading: EndedRun['reading']): LimitMention[] {
  const told = mentionsBy(rule, { ...reading, error: { ...reading.error, message: words } });
  return [...told, ...limitsInWords(words)];
}

function mentionsBy(rule: FailureRule | null, reading: EndedRun['reading']): LimitMention[] {
  return [
    ...mentions('reset_at', rule?.resetAt ?? null, reading),
    ...mentions('retry_after', rule?.retryAfter ?? null, reading),
  ];
}

function mentions(
  kind: LimitMention['kind'],
  where: TimeMention | null,
  reading: EndedRun['reading'],
): LimitMention[] {
  if (where === null) return [];
  if (where.kind === 'selected') {
    return where.selectors.flatMap((selector) =>
      reading
        .found([selector])
        .map((value) => ({ kind, value: inUnit(value, selector.numbers.unit), zone: null })),
    );
  }
  const regex = compilePattern(where.regex, 'im');
  return [reading.error.message ?? '', reading.stderr].flatMap((words) => {
    const groups = regex.exec(words)?.groups;
    return groups?.time === undefined ? [] : [{ kind, value: groups.time, zone: groups.zone ?? null }];
  });
}

/** `1500` of a tool that counts in `ms` is `1500ms`. */
function inUnit(value: unknown, unit: TimeUnit | null): unknown {
  return unit === null || numberOf(value) === null ? value : `${numberOf(value)}${unit}`;
}
