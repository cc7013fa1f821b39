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
  const { allowedModels, deniedModels, allowedTools, deniedTools } = policy.governance;
  const { tool, model } = pair;
  const refused = judge(policy, { kind: 'tool', name: tool, allowed: allowedTools, denied: deniedTools });
  if (refused !== null || model === null) return refused;
  return judge(policy, { kind: 'model', name: model, allowed: allowedModels, denied: deniedModels });
}

/** A name against what is denied, then against what is allowed. */
function judge(
  policy: PolicyConfig,
  about: {
    kind: 'tool' | 'model';
    name: string;
    allowed: readonly Placed<string>[];
    denied: readonly Placed<string>[];
  },
): Refusal | null {
  const { kind, name, allowed, denied } = about;
  const veto = denied.find((pattern) => matchesGlob(name, pattern.value));
  if (veto !== undefined) {
    const detail = `policy \`${policy.name}\` denies ${kind} \`${name}\` by \`${veto.value}\``;
    return refusal(detail, `denied_${kind}s`, [veto]);
  }
  if (matchesAny(name, allowed)) return null;
  const detail = `policy \`${policy.name}\` does not allow ${kind} \`${name}\``;
  return refusal(detail, `allowed_${kind}s`, allowed);
}

function matchesAny(name: string, patterns: readonly Placed<string>[]): boolean {
  return patterns.some((pattern) => matchesGlob(name, pattern.value));
}

function refusal(detail: string, key: string, patterns: readonly Placed<string>[]): Refusal {
  return { detail, hint: `change \`${key}\` of the policy, or choose another`, at: patterns[0]?.at ?? null };
}
