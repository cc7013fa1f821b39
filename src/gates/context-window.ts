import { type Gate, refuse } from './gate.js';

/** The input fits the model's context window, if the catalogue has it. */
export const contextWindow: Gate = {
  name: 'context_window',
  check: ({ candidate: { model }, facts: { inputTokens } }) => {
    const window = model?.contextWindow ?? null;
    if (model === null || window === null || inputTokens <= window) return null;
    return refuse(
      'context_too_large',
      `about ${inputTokens} tokens do not fit the window of \`${model.name}\` (${window})`,
      { hint: 'choose a model with a larger window, or give less context', at: model.at },
    );
  },
};
