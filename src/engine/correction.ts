import type { Outcome } from '../domain/attempt.js';

/** The prompt for another try after an answer that broke its schema: what was asked, what came, and what is wrong with it. */
export function correctedPrompt(prompt: string, { text, failure }: Outcome): string {
  return [
    prompt,
    `Your last answer to this was:\n\n${text.trim()}`,
    `It was not accepted: ${failure?.message ?? 'it does not satisfy the schema'}. Answer again, with nothing but JSON that satisfies the schema.`,
  ].join('\n\n');
}
