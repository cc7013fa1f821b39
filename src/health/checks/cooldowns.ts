import { formatDuration } from '../../domain/duration.js';
import type { Cooldown } from '../../domain/facts.js';
import { isActive } from '../../policy/cooldown.js';
import type { Finding, HealthContext, HealthItem } from '../context.js';

/** Who is left alone after failures, and until when. */
export function checkCooldowns({ facts }: HealthContext): HealthItem[] {
  return facts.cooldowns
    .filter((cooldown) => isActive(cooldown, facts.nowMs))
    .map((cooldown) => ({
      check: 'cooldown',
      subject: cooldown.model === null ? cooldown.tool : `${cooldown.tool} ${cooldown.model}`,
      ask: () => finding(cooldown, facts.nowMs),
    }));
}

function finding({ tool, model, reason, untilMs }: Cooldown, nowMs: number): Finding {
  const until = new Date(untilMs).toISOString();
  return {
    status: 'warn',
    detail: `left alone until ${until} (${formatDuration(untilMs - nowMs)} from now) after \`${reason}\``,
    fix: 'wait, or run `llm-router doctor --clear-cooldowns`',
    data: { tool, model, reason, until },
  };
}
