import type { Task } from '../adapters/adapter.js';
import type { Outcome } from '../domain/attempt.js';

/**
 * What to ask in another try after an answer that broke its schema: what was asked, what came, and what is wrong with it. A
 * conversation goes on by two turns.
 */
export function corrected(
  { prompt, turns }: Pick<Task, 'prompt' | 'turns'>,
  { text, failure }: Outcome,
): Pick<Task, 'prompt' | 'turns' | 'promptFile'> {
  const last = text.trim();
  const order = `It was not accepted: ${failure?.message ?? 'it does not satisfy the schema'}. Answer again, with nothing but JSON that satisfies the schema.`;
  return {
    prompt: [prompt, `Your last answer to this was:\n\n${last}`, order].join('\n\n'),
    turns:
      turns.length === 0 ? [] : [...turns, { role: 'assistant', text: last }, { role: 'user', text: order }],
    promptFile: null,
  };
}
