import { checkGovernance } from '../policy/governance.js';
import { type Gate, refuse } from './gate.js';

/** The policy allows the tool and the model. */
export const governance: Gate = {
  name: 'governance',
  check: ({ candidate: { tool, modelName }, policy }) => {
    const refusal = checkGovernance(policy, { tool: tool.name, model: modelName });
    if (refusal === null) return null;
    return { ...refuse('not_allowed', refusal.detail, refusal), allowed: refusal.allowed };
  },
};
