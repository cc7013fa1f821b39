import type { Placed, PolicyConfig } from '../config/types.js';
import { matchesGlob } from '../domain/glob.js';

/** Why a policy says no, and the config line that does. */
export interface Refusal {
  detail: string;
  hint: string | null;
  at: string | null;
}

/** A refusal of governance. */
export interface GovernanceRefusal extends Refusal {
  /** Names and globs that the policy allows instead. */
  allowed: readonly string[];
}

/** Whether the policy lets this tool run this model; `null` is yes. Tools without models are judged by their name alone. */
export function checkGovernance(
  policy: PolicyConfig,
  pair: { tool: string; model: string | null },
): GovernanceRefusal | null {
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
): GovernanceRefusal | null {
  const { kind, name, allowed, denied } = about;
  const veto = denied.find((pattern) => matchesGlob(name, pattern.value));
  if (veto !== undefined) {
    const detail = `policy \`${policy.name}\` denies ${kind} \`${name}\` by \`${veto.value}\``;
    return refusal(detail, { key: `denied_${kind}s`, decisive: veto, allowed });
  }
  if (matchesAny(name, allowed)) return null;
  const detail = `policy \`${policy.name}\` does not allow ${kind} \`${name}\``;
  return refusal(detail, { key: `allowed_${kind}s`, decisive: allowed[0], allowed });
}

function matchesAny(name: string, patterns: readonly Placed<string>[]): boolean {
  return patterns.some((pattern) => matchesGlob(name, pattern.value));
}

function refusal(
  detail: string,
  by: { key: string; decisive: Placed<string> | undefined; allowed: readonly Placed<string>[] },
): GovernanceRefusal {
  return {
    detail,
    hint: `change \`${by.key}\` of the policy, or choose another`,
    at: by.decisive?.at ?? null,
    allowed: by.allowed.map(({ value }) => value),
  };
}
