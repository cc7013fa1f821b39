import type { Placed, PolicyConfig } from '../config/types.js';
import { matchesGlob } from '../domain/glob.js';

/** The reason of a refusal, and its config line. */
export interface Refusal {
  detail: string;
  hint: string | null;
  at: string | null;
}

/** A refusal of governance. */
export interface GovernanceRefusal extends Refusal {
  /** The refused name. */
  kind: 'tool' | 'model';
  name: string;
  /** The deciding list of the policy. */
  key: `${'allowed' | 'denied'}_${'tools' | 'models'}`;
  /** Names and globs that the policy allows instead. */
  allowed: readonly string[];
}

/** Why the policy refuses this tool with this model; `null`: allowed. A tool without models is checked by its name alone. */
export function checkGovernance(
  policy: PolicyConfig,
  pair: { tool: string; model: string | null },
): GovernanceRefusal | null {
  const { allowedModels, deniedModels, allowedTools, deniedTools } = policy.governance;
  const { tool, model } = pair;
  const refused = checkName(policy, { kind: 'tool', name: tool, allowed: allowedTools, denied: deniedTools });
  if (refused !== null || model === null) return refused;
  return checkName(policy, { kind: 'model', name: model, allowed: allowedModels, denied: deniedModels });
}

interface NameCheck {
  kind: 'tool' | 'model';
  name: string;
  allowed: readonly Placed<string>[];
  denied: readonly Placed<string>[];
}

/** Checks a name against the denied list, then the allowed list. */
function checkName(policy: PolicyConfig, check: NameCheck): GovernanceRefusal | null {
  const { kind, name, allowed, denied } = check;
  const matching = denied.find((pattern) => matchesGlob(name, pattern.value));
  if (matching !== undefined) {
    const detail = `policy \`${policy.name}\` denies ${kind} \`${name}\` by \`${matching.value}\``;
    return refusal(check, { detail, key: `denied_${kind}s`, at: matching.at });
  }
  if (allowed.some((pattern) => matchesGlob(name, pattern.value))) return null;
  const detail = `policy \`${policy.name}\` does not allow ${kind} \`${name}\``;
  return refusal(check, { detail, key: `allowed_${kind}s`, at: allowed[0]?.at ?? null });
}

function refusal(
  { kind, name, allowed }: NameCheck,
  by: Pick<GovernanceRefusal, 'detail' | 'key' | 'at'>,
): GovernanceRefusal {
  const hint = `change \`${by.key}\` of the policy, or choose another`;
  return { ...by, kind, name, hint, allowed: allowed.map(({ value }) => value) };
}
