import { formatDuration } from '../domain/duration.js';
import type { CostSoFar, RunEvent } from '../domain/events.js';
import { dollars } from '../domain/money.js';

/** A rough figure for prose and code; it is shown with a tilde and used for nothing else. */
const CHARS_PER_TOKEN = 4;

/** What a tool has done since its attempt started. */
export interface Work {
  /** Characters of its answer. */
  chars: number;
  /** Steps that it reported, such as reading a file. */
  steps: number;
  /** The newest of them. */
  step: string | null;
  /** Cost of the attempts before, micro-USD; `null`: unknown. */
  spentMicroUsd: number | null;
  /** Cost of this one so far; `null`: unknown. */
  running: { microUsd: number; isEstimated: boolean } | null;
}

export const NO_WORK: Work = { chars: 0, steps: 0, step: null, spentMicroUsd: 0, running: null };

/** The work after an event. What is known of an attempt ends with it; the cost of the run stays. */
export function workAfter(work: Work, event: RunEvent | CostSoFar): Work {
  switch (event.type) {
    case 'output.delta':
      return { ...work, chars: work.chars + event.text.length };
    case 'output.restart':
      return { ...work, chars: 0 };
    case 'tool.activity':
      return { ...work, steps: work.steps + 1, step: event.name };
    case 'cost.so_far': {
      const { chargedMicroUsd: microUsd, basis } = event.cost;
      const isKnown = microUsd !== null && basis !== 'unknown';
      return { ...work, running: isKnown ? { microUsd, isEstimated: basis === 'estimated' } : null };
    }
    case 'attempt.finished': {
      const cost = event.record.cost.chargedMicroUsd;
      const { spentMicroUsd: before } = work;
      return { ...NO_WORK, spentMicroUsd: cost === null || before === null ? null : before + cost };
    }
    default:
      return work;
  }
}

/** `claude-code sonnet  42.0 s  step 3: Read  ~120 tokens  $0.0213 so far`; an estimate has a tilde. */
export function workLine(name: string, tookMs: number, work: Work): string {
  const { chars, steps, step } = work;
  const parts = [
    name,
    formatDuration(tookMs),
    ...(step === null ? [] : [`step ${steps}: ${step}`]),
    ...(chars === 0 ? [] : [`~${Math.ceil(chars / CHARS_PER_TOKEN)} tokens`]),
    ...costWords(work),
  ];
  return parts.join('  ');
}

function costWords({ spentMicroUsd, running }: Work): string[] {
  if (spentMicroUsd === null) return ['cost so far unknown'];
  const microUsd = spentMicroUsd + (running?.microUsd ?? 0);
  return microUsd === 0 ? [] : [`${running?.isEstimated === true ? '~' : ''}${dollars(microUsd)} so far`];
}
