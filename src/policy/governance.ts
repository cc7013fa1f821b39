import type { Placed, PolicyConfig } from '../config/types.js';
import { matchesGlob } from '../domain/glob.js';

/** Why a policy says no, and the config line that does. */
export interface Refusal {
  detail: string;
  hint: string | null;
  at: string | null;
}

/** Whether the policy lets this tool run this model; `null` is yes. Tools without models are judged by their name alone. */
export function checkGovernance(
  policy: PolicyConfig,
  pair: { tool: string; model: string | null },
): Refusal | null {
  const { allowedModels, deniedModels, allowedTools } = policy.governance;
  if (!matchesAny(pair.tool, allowedTools)) {
    return refusal(
      `policy \`${policy.name}\` does not allow tool \`${pair.tool}\``,
      'allowed_tools',
      allowedTools,
    );
  }
  if (pair.model === null) return null;
  const { model } = pair;
  const denied = deniedModels.find((pattern) => matchesGlob(model, pattern.value));
  if (denied !== undefined) {
    return refusal(
      `policy \`${policy.name}\` denies model \`${model}\` by \`${denied.value}\``,
      'denied_models',
      [denied],
    );
  }
  if (matchesAny(model, allowedModels)) return null;
  return refusal(
    `policy \`${policy.name}\` does not allow model \`${model}\``,
    'allowed_models',
    allowedModels,
  );
}

function matchesAny(name: string, patterns: readonly Placed<string>[]): boolean {
  return patterns.some((pattern) => matchesGlob(name, pattern.value));
}

function refusal(detail: string, key: string, patterns: readonly Placed<string>[]): Refusal {
  return { detail, hint: `change \`${key}\` of the policy, or choose another`, at: patterns[0]?.at ?? null };
}
