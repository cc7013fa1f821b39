import type { Cooldown } from '../../domain/facts.js';
import { cooldownText, isActive } from '../../policy/cooldown.js';
import type { Finding, HealthContext, HealthItem } from '../context.js';

/** Tools and models that are cooling down, and until when. */
export function checkCooldowns({ facts }: HealthContext): HealthItem[] {
  return facts.cooldowns
    .filter((cooldown) => isActive(cooldown, facts.nowMs))
    .map((cooldown) => ({
      check: 'cooldown',
      subject: cooldown.model === null ? cooldown.tool : `${cooldown.tool} ${cooldown.model}`,
      ask: () => finding(cooldown, facts.nowMs),
    }));
}

function finding(cooldown: Cooldown, nowMs: number): Finding {
  const { tool, model, reason, untilMs } = cooldown;
  const until = new Date(untilMs).toISOString();
  return {
    status: 'warn',
    detail: cooldownText(cooldown, nowMs),
    fix: 'wait, or run `llm-router doctor --clear-cooldowns`',
    data: { tool, model, reason, until },
  };
}
