import type { ToolConfig } from '../config/types.js';
import { placeholdersOf } from '../domain/template.js';
import { type Gate, refuse } from './gate.js';

/** The tool can continue a session, if one is requested. */
export const session: Gate = {
  name: 'session',
  check: ({ candidate: { tool }, request }) => {
    if (request.resume === null || (tool.kind === 'command' && canResume(tool))) return null;
    return refuse('invalid_request', `\`${tool.name}\` cannot continue a session`, {
      hint:
        tool.kind === 'http'
          ? 'an API keeps no sessions; send the whole conversation as a prompt'
          : 'its definition has no `{tool_session_id}`; send the whole conversation as a prompt',
      at: tool.at,
    });
  },
};

function canResume({ argv, envTemplate }: Extract<ToolConfig, { kind: 'command' }>): boolean {
  return placeholdersOf([...argv, { group: Object.values(envTemplate) }]).includes('tool_session_id');
}
