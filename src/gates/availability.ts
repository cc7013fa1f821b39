import { type Gate, refuse } from './gate.js';

/** The tool can run on this machine. */
export const availability: Gate = {
  name: 'availability',
  check: ({ candidate: { tool, availability: state } }) => {
    if (state === null)
      return refuse('tool_not_found', `the state of \`${tool.name}\` on this machine is unknown`, {
        hint: 'run `llm-router doctor`',
        at: tool.at,
      });
    if (state.available) return null;
    const { reason, detail, hint, missingVariable } = state;
    const refusal = refuse(reason, detail, { hint, at: tool.at });
    return missingVariable === undefined ? refusal : { ...refusal, missingVariable };
  },
};
