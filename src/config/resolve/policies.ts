import { record } from '../tree.js';
import type { Placed, PolicyConfig } from '../types.js';
import type { Reader } from './reader.js';

const ALL: readonly Placed<string>[] = [{ value: '*', at: null }];

const DEFAULT: PolicyConfig = {
  name: 'default',
  at: null,
  costOptimization: { simpleTaskThresholdTokens: null, simpleTaskModels: [], complexTaskModels: [] },
  governance: { allowedModels: ALL, deniedModels: [], allowedTools: ALL },
  privacy: { logPrompts: false, redact: [] },
};

/** Every policy; `default` always exists, and the others inherit from it what they do not state. */
export function resolvePolicies(
  entries: readonly [name: string, policy: Reader][],
): Record<string, PolicyConfig> {
  const own = entries.find(([name]) => name === 'default');
  const base = own === undefined ? DEFAULT : resolvePolicy('default', own[1], DEFAULT);
  const others = entries.filter(([name]) => name !== 'default');
  return record([
    ['default', base],
    ...others.map(([name, policy]) => [name, resolvePolicy(name, policy, base)] as const),
  ]);
}

function resolvePolicy(name: string, policy: Reader, base: PolicyConfig): PolicyConfig {
  const threshold = policy.number('cost_optimization.simple_task_threshold_tokens');
  const { costOptimization, governance, privacy } = base;
  return {
    name,
    at: policy.at,
    costOptimization: {
      simpleTaskThresholdTokens:
        threshold === null
          ? costOptimization.simpleTaskThresholdTokens
          : { value: threshold, at: policy.atOf('cost_optimization.simple_task_threshold_tokens') },
      simpleTaskModels:
        policy.texts('cost_optimization.simple_task_models') ?? costOptimization.simpleTaskModels,
      complexTaskModels:
        policy.texts('cost_optimization.complex_task_models') ?? costOptimization.complexTaskModels,
    },
    governance: {
      allowedModels: policy.texts('governance.allowed_models') ?? governance.allowedModels,
      deniedModels: policy.texts('governance.denied_models') ?? governance.deniedModels,
      allowedTools: policy.texts('governance.allowed_tools') ?? governance.allowedTools,
    },
    privacy: {
      logPrompts: policy.flag('privacy.log_prompts') ?? privacy.logPrompts,
      redact: policy.texts('privacy.redact') ?? privacy.redact,
    },
  };
}
