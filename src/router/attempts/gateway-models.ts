import type { ModelConfig, PolicyConfig } from '../../config/types.js';
import type { Candidate } from '../../gates/candidate.js';
import { checkGovernance } from '../../policy/governance.js';

/** The entry of the catalogue for the id in a call; that of the run first, since several may share an id. `null`: there is none. */
export function findModel(
  catalogue: Readonly<Record<string, ModelConfig>>,
  { model, tool }: Pick<Candidate, 'model' | 'tool'>,
  id: string,
): ModelConfig | null {
  const entries = [...(model === null ? [] : [model]), ...Object.values(catalogue)];
  const sent = (entry: ModelConfig) => [entry.ids[tool.name], entry.id];
  return (
    entries.find((entry) => sent(entry).includes(id)) ??
    entries.find((entry) => Object.values(entry.ids).includes(id)) ??
    null
  );
}

/**
 * Why the policy does not allow the model of a call; `null`: it does. That of the run was allowed when it was planned. A call that names
 * none that can be read is refused where the policy limits the models.
 */
export function refuseModel(
  policy: PolicyConfig,
  { tool, model, modelName }: Pick<Candidate, 'tool' | 'model' | 'modelName'>,
  { id, entry }: { id: string | null; entry: ModelConfig | null },
): { message: string; hint: string | null } | null {
  if (id === null) return limitsModels(policy) ? unnamed(policy, tool.name) : null;
  if (id === modelName || (entry !== null && entry === model)) return null;
  const names = entry === null ? [id] : [entry.name, id];
  const refusals = names.map((name) => checkGovernance(policy, { tool: tool.name, model: name }));
  const denied = refusals.find((refusal) => refusal?.key === 'denied_models');
  const refusal = denied ?? (refusals.includes(null) ? null : refusals[0]);
  if (refusal === null || refusal === undefined) return null;
  return { message: `${refusal.detail}, which a call of \`${tool.name}\` asks for`, hint: refusal.hint };
}

function limitsModels({ governance: { allowedModels, deniedModels } }: PolicyConfig): boolean {
  return deniedModels.length > 0 || !allowedModels.some(({ value }) => value === '*');
}

function unnamed(policy: PolicyConfig, tool: string): { message: string; hint: string | null } {
  const message = `policy \`${policy.name}\` limits the models, and a call of \`${tool}\` names none that can be read`;
  return { message, hint: null };
}
