import { settingNames } from '../domain/setting-names.js';
import { checkJustification } from '../policy/budget.js';
import { costOf } from './cost.js';
import type { Gate } from './gate.js';

/** A run whose cost may exceed the policy's threshold has a justification. */
export const justification: Gate = {
  name: 'justification',
  check: (input) => {
    const cost = costOf(input, input.spending.capMicroUsd);
    const { justification, origin } = input.request;
    const names = settingNames(origin);
    const refusal = checkJustification(input.policy, cost, { justification, names });
    return refusal === null ? null : { reason: 'budget_exceeded', resetAt: null, ...refusal };
  },
};
