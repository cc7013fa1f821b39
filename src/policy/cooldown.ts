import type { Cooldown } from '../domain/facts.js';

/** The cooldown that keeps a pair from running now: one of its model, or one of the whole tool. */
export function activeCooldown(
  cooldowns: readonly Cooldown[],
  pair: { tool: string; model: string | null },
  nowMs: number,
): Cooldown | null {
  const applies = (cooldown: Cooldown): boolean =>
    cooldown.tool === pair.tool &&
    (cooldown.model === null || cooldown.model === pair.model) &&
    cooldown.untilMs > nowMs;
  return cooldowns.find(applies) ?? null;
}
