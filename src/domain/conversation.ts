import { type Failure, failure } from './failure.js';
import type { Message, Request } from './request.js';

/**
 * Normalizes the messages of a request: system texts are appended to `system` (the request's or the agent's); the turns go to
 * `messages`, with the prompt as the last one, and as one text to `prompt`, for tools that take only a prompt. A request without
 * messages is returned unchanged.
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

/** Whether there is a prompt or a user message to answer. */
export function hasPrompt({ prompt, messages }: Pick<Request, 'prompt' | 'messages'>): boolean {
  return !isBlank(prompt) || messages.some(({ role, text }) => role === 'user' && !isBlank(text));
}

function isBlank(text: string): boolean {
  return !/\S/.test(text);
}

/** The failure of a request without a prompt. */
export function missingPrompt(): Failure {
  return failure('usage', 'the prompt is empty', {
    hint: 'give a prompt, or a conversation with a message of role `user`',
  });
}

/** Turns as one text: a single one byte for byte, several under headings with their roles. */
function renderTurns(turns: readonly Message[]): string {
  const [only, ...others] = turns;
  if (only === undefined) return '';
  if (others.length === 0) return only.text;
  return turns
    .map(({ role, text }) => `## ${role === 'user' ? 'User' : 'Assistant'}\n\n${text}`)
    .join('\n\n');
}
