import { formatDuration } from '../../domain/duration.js';
import { isActive } from '../../policy/cooldown.js';
import type { HealthContext, HealthRow } from '../context.js';

/** Who is left alone after failures, and until when. */
export function checkCooldowns({ facts }: HealthContext): HealthRow[] {
  return facts.cooldowns
    .filter((cooldown) => isActive(cooldown, facts.nowMs))
    .map(({ tool, model, reason, untilMs }) => ({
      check: 'cooldown',
      subject: model === null ? tool : `${tool} ${model}`,
      status: 'warn',
      detail: `left alone until ${new Date(untilMs).toISOString()} (${formatDuration(untilMs - facts.nowMs)} from now) after \`${reason}\``,
      fix: 'wait, or run `llm-router doctor --clear-cooldowns`',
    }));
}
