import { toMicroUsd } from '../../domain/cost.js';
import type { FailureType } from '../../domain/failure.js';
import { record } from '../tree.js';
import type { Backoff, BudgetConfig, CooldownPolicy, Placed, PolicyConfig, RetryPolicy } from '../types.js';
import type { Reader } from './reader.js';

const ALL: readonly Placed<string>[] = [{ value: '*', at: null }];

const DEFAULT_RETRY: RetryPolicy = {
  maxRetries: 3,
  maxAttempts: 6,
  baseDelayMs: 1000,
  multiplier: 2,
  maxDelayMs: 32_000,
  jitter: true,
  retryOnContractViolation: false,
  afterSideEffects: false,
  perFailure: {},
};

const DEFAULT: PolicyConfig = {
  name: 'default',
  at: null,
  budgets: [],
  requireJustificationOverMicroUsd: null,
  costOptimization: { simpleTaskThresholdTokens: null, simpleTaskModels: [], complexTaskModels: [] },
  governance: {
    allowedModels: ALL,
    deniedModels: [],
    allowedTools: ALL,
    deniedTools: [],
    providerPreference: [],
  },
  retry: DEFAULT_RETRY,
  autoFallbackOnRateLimit: true,
  cooldown: { afterFailures: 3, withinMs: 60_000, forMs: 60_000 },
  maxDepth: 4,
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
    budgets: policy.items('budget').map(budget),
    requireJustificationOverMicroUsd:
      money(policy, 'require_justification_over_usd') ?? base.requireJustificationOverMicroUsd,
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
      deniedTools: policy.texts('governance.denied_tools') ?? governance.deniedTools,
      providerPreference: policy.texts('governance.provider_preference') ?? governance.providerPreference,
    },
    retry: resolveRetry(policy, base.retry),
    autoFallbackOnRateLimit: policy.flag('auto_fallback_on_rate_limit') ?? base.autoFallbackOnRateLimit,
    cooldown: resolveCooldown(policy, base.cooldown),
    maxDepth: policy.number('max_depth') ?? base.maxDepth,
    privacy: {
      logPrompts: policy.flag('privacy.log_prompts') ?? privacy.logPrompts,
      redact: policy.texts('privacy.redact') ?? privacy.redact,
    },
  };
}

function resolveRetry(policy: Reader, base: RetryPolicy): RetryPolicy {
  const own = policy
    .entries('retry.per_failure')
    .map(([type, entry]) => [type, { ...base.perFailure[type as FailureType], ...statedBackoff(entry, '') }]);
  return {
    ...base,
    ...statedBackoff(policy, 'retry.'),
    maxAttempts: policy.number('retry.max_attempts') ?? base.maxAttempts,
    jitter: policy.flag('retry.jitter') ?? base.jitter,
    retryOnContractViolation:
      policy.flag('retry.retry_on_contract_violation') ?? base.retryOnContractViolation,
    afterSideEffects: policy.flag('retry.after_side_effects') ?? base.afterSideEffects,
    perFailure: { ...base.perFailure, ...Object.fromEntries(own) },
  };
}

/** What an entry states of its waits, and nothing else. */
function statedBackoff(entry: Reader, under: string): Partial<Backoff> {
  const stated: Record<keyof Backoff, number | null> = {
    maxRetries: entry.number(`${under}max_retries`),
    baseDelayMs: entry.durationMs(`${under}base_delay`),
    multiplier: entry.number(`${under}multiplier`),
    maxDelayMs: entry.durationMs(`${under}max_delay`),
  };
  return Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== null));
}

function resolveCooldown(policy: Reader, base: CooldownPolicy): CooldownPolicy {
  return {
    afterFailures: policy.number('cooldown.after_failures') ?? base.afterFailures,
    withinMs: policy.durationMs('cooldown.within') ?? base.withinMs,
    forMs: policy.durationMs('cooldown.for') ?? base.forMs,
  };
}

function budget(entry: Reader): BudgetConfig {
  return {
    at: entry.at,
    scope: (entry.text('scope') ?? 'global') as BudgetConfig['scope'],
    perRequestMicroUsd: money(entry, 'per_request_usd'),
    dailyMicroUsd: money(entry, 'daily_usd'),
    monthlyMicroUsd: money(entry, 'monthly_usd'),
    isHard: entry.text('limit.type') === 'hard',
    thresholdPercent: entry.number('limit.threshold_percent') ?? DEFAULT_THRESHOLD_PERCENT,
  };
}

const DEFAULT_THRESHOLD_PERCENT = 80;

function money(entry: Reader, key: string): Placed<number> | null {
  const usd = entry.number(key);
  return usd === null ? null : { value: toMicroUsd(usd), at: entry.atOf(key) };
}
