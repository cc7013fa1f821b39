import type { Api, ModelConfig, ToolConfig } from '../config/types.js';
import { placeholdersOf } from '../domain/template.js';
import { type Gate, refuse } from './gate.js';

/** The tool can continue a session, if one is requested. */
export const session: Gate = {
  name: 'session',
  check: ({ candidate: { tool, model }, request }) => {
    if (request.resume === null || canContinue(tool, model)) return null;
    return refuse('invalid_request', `\`${tool.name}\` cannot continue a session`, {
      hint:
        tool.kind === 'http'
          ? `only APIs with \`api: ${KEEPS_ANSWERS}\` keep answers; send the whole conversation as a prompt`
          : 'its definition has no `{tool_session_id}`; send the whole conversation as a prompt',
      at: tool.at,
    });
  },
};

/** The protocol whose servers keep answers, so that a request can continue from one. */
const KEEPS_ANSWERS: Api = 'openai-responses';

/** Whether a tool takes the id of a session to continue. */
export function canContinue(tool: ToolConfig, model: ModelConfig | null): boolean {
  if (tool.kind === 'http') return (model?.api ?? tool.api) === KEEPS_ANSWERS;
  return tool.kind === 'command' && canResume(tool);
}

function canResume({ argv, envTemplate }: Extract<ToolConfig, { kind: 'command' }>): boolean {
  return placeholdersOf([...argv, { group: Object.values(envTemplate) }]).includes('tool_session_id');
}
