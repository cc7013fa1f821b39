import { activeCooldown, afterFailure, afterSuccess, cooldownText } from '../policy/cooldown.js';
import { type Gate, refuse } from './gate.js';

/** The candidate is not cooling down; how its attempt ends is recorded for all processes. */
export const cooldown: Gate = {
  name: 'cooldown',
  check: ({ candidate: { tool, modelName }, facts }) => {
    const active = activeCooldown(facts.cooldowns, { tool: tool.name, model: modelName }, facts.nowMs);
    if (active === null) return null;
    const resetAt = new Date(active.untilMs).toISOString();
    const name = active.model === null ? tool.name : `${tool.name} ${active.model}`;
    const detail = `\`${name}\` is ${cooldownText(active, facts.nowMs)}`;
    const hint = 'to retry now: `llm-router doctor --clear-cooldowns`';
    return { ...refuse(active.reason, detail, { hint, at: null }), resetAt };
  },
  open: ({ cooldowns, policy, clock }) => ({
    leave: async (end) => {
      if (end.is !== 'over') return;
      const { candidate } = end;
      const { failure } = end.attempt;
      const pair = { tool: candidate.tool.name, model: candidate.modelName };
      const known = { pair, policy: policy.cooldown, nowMs: clock.now() };
      await cooldowns.change((state) =>
        failure === null ? afterSuccess(state, pair) : afterFailure(state, { ...known, failure }),
      );
    },
  }),
};
