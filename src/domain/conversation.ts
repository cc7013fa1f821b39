import { type Failure, failure } from './failure.js';
import type { Message, Request } from './request.js';

/**
 * Puts the messages of a request where everybody looks: texts of the system into `system`, behind the request's or the agent's
 * own; the turns into `messages`, with the prompt as the last one; and all turns as one text into `prompt`, for tools that take
 * only that. A request without messages stays as it is.
 */
export function withConversation(request: Request, agentSystem: string | null): Request {
  if (request.messages.length === 0) return request;
  const system = request.messages.filter(({ role }) => role === 'system').map(({ text }) => text);
  const asked: Message[] = request.prompt === '' ? [] : [{ role: 'user', text: request.prompt }];
  const turns = [...request.messages.filter(({ role }) => role !== 'system'), ...asked];
  const parts = [request.system ?? agentSystem, ...system].filter((part) => part !== null && part !== '');
  return {
    ...request,
    system: parts.length === 0 ? request.system : parts.join('\n\n'),
    messages: turns,
    prompt: renderTurns(turns),
    promptFile: null,
  };
}

/** Whether there is anything to answer. */
export function asksSomething({ prompt, messages }: Pick<Request, 'prompt' | 'messages'>): boolean {
  return prompt !== '' || messages.some(({ role }) => role === 'user');
}

/** The failure of a request that asks nothing. */
export function nothingAsked(): Failure {
  return failure('usage', 'there is nothing to answer', {
    hint: 'give a prompt, or a conversation with a message of role `user`',
  });
}

/** Turns as one text: a lone one byte for byte, several under headings with their roles. */
function renderTurns(turns: readonly Message[]): string {
  const [only, ...others] = turns;
  if (only === undefined) return '';
  if (others.length === 0) return only.text;
  return turns
    .map(({ role, text }) => `## ${role === 'user' ? 'User' : 'Assistant'}\n\n${text}`)
    .join('\n\n');
}
