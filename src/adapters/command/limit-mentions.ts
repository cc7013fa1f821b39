import type { TimeMention } from '../../config/types.js';
import type { LimitMention } from '../../domain/limit-words.js';
import { compilePattern } from '../../regex/pattern.js';
import { decidingRule, type EndedRun } from './failure-rules.js';

/** What a failed run says about the end of its limit, by the failure rule that decided; the answer is never searched. */
export function limitMentions(run: EndedRun): LimitMention[] {
  const rule = decidingRule(run);
  if (rule === null) return [];
  return [
    ...mentions('reset_at', rule.resetAt, run.reading),
    ...mentions('retry_after', rule.retryAfter, run.reading),
  ];
}

function mentions(
  kind: LimitMention['kind'],
  where: TimeMention | null,
  reading: EndedRun['reading'],
): LimitMention[] {
  if (where === null) return [];
  if (where.kind === 'selected') {
    return reading.found(where.selectors).map((value) => ({ kind, value, zone: null }));
  }
  const regex = compilePattern(where.regex, 'im');
  return [reading.error.message ?? '', reading.stderr].flatMap((words) => {
    const groups = regex.exec(words)?.groups;
    return groups?.time === undefined ? [] : [{ kind, value: groups.time, zone: groups.zone ?? null }];
  });
}
