import type { ToolConfig } from '../config/types.js';
import { type SettingNames, settingNames } from '../domain/setting-names.js';
import { placeholdersOf } from '../domain/template.js';
import { type Gate, type GateRefusal, refuse } from './gate.js';

/** The tool offers the model, or needs none. */
export const offered: Gate = {
  name: 'offered',
  check: ({ candidate: { tool, modelName }, request }) =>
    modelName === null ? withoutModel(tool, settingNames(request.origin)) : withModel(tool, modelName),
};

/** Whether a tool lists a model, by name or by `*`. */
export function offers(tool: ToolConfig, model: string): boolean {
  return tool.models.some((listed) => listed.value === model || listed.value === '*');
}

function withoutModel(tool: ToolConfig, { model }: SettingNames): GateRefusal | null {
  if (tool.kind === 'mock' || tool.kind === 'custom' || (tool.kind === 'command' && !needsModel(tool)))
    return null;
  const what = tool.kind === 'http' ? 'API' : 'command';
  return refuse('model_not_found', `the ${what} of \`${tool.name}\` needs a model, and none is named`, {
    hint: `give one with ${model}, or list one under \`models\` of \`${tool.name}\``,
    at: tool.at,
  });
}

/** Placeholders outside of optional groups need a value. */
function needsModel(tool: Extract<ToolConfig, { kind: 'command' }>): boolean {
  return placeholdersOf(tool.argv.filter((item) => 'argument' in item)).includes('model');
}

function withModel(tool: ToolConfig, model: string): GateRefusal | null {
  if (offers(tool, model)) return null;
  const listed = tool.models.map((entry) => `\`${entry.value}\``).join(', ');
  return refuse('model_not_found', `\`${tool.name}\` does not offer \`${model}\``, {
    hint: listed === '' ? `\`${tool.name}\` lists no models` : `it lists ${listed}`,
    at: tool.models[0]?.at ?? tool.at,
  });
}
