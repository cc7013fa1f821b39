import { describe, expect, it } from '@jest/globals';
import { withConversation } from '../../src/domain/conversation.js';
import { emptyRequest, type Message, type Request } from '../../src/domain/request.js';

const user = (text: string): Message => ({ role: 'user', text });
const assistant = (text: string): Message => ({ role: 'assistant', text });
const system = (text: string): Message => ({ role: 'system', text });

function ordered(request: Partial<Request>, agentSystem: string | null = null) {
  const {
    prompt,
    messages,
    system: said,
  } = withConversation({ ...emptyRequest('/'), ...request }, agentSystem);
  return { prompt, messages, system: said };
}

describe('withConversation', () => {
  it('leaves a request without messages as it is', () => {
    const request = { ...emptyRequest('/'), prompt: 'hi', promptFile: '/f' };
    expect(withConversation(request, 'agent')).toBe(request);
  });

  it('keeps a single turn byte for byte', () => {
    expect(ordered({ messages: [user(' a\n')] })).toEqual({
      prompt: ' a\n',
      messages: [user(' a\n')],
      system: null,
    });
  });

  it('puts roles above several turns, the prompt as the last one', () => {
    const { prompt, messages } = ordered({ messages: [user('one'), assistant('two')], prompt: 'three' });
    expect(prompt).toBe('## User\n\none\n\n## Assistant\n\ntwo\n\n## User\n\nthree');
    expect(messages).toEqual([user('one'), assistant('two'), user('three')]);
  });

  it.each<[Partial<Request>, string | null, string | null]>([
    [{ messages: [user('a')] }, 'agent', 'agent'],
    [{ messages: [system('x'), user('a'), system('y')] }, null, 'x\n\ny'],
    [{ messages: [system('x'), user('a')] }, 'agent', 'agent\n\nx'],
    [{ messages: [system('x'), user('a')], system: 'own' }, 'agent', 'own\n\nx'],
    [{ messages: [system('x'), user('a')], system: '' }, 'agent', 'x'],
    [{ messages: [user('a')], system: '' }, 'agent', ''],
  ])('keeps the whole system text: %j', (request, agentSystem, said) => {
    expect(ordered(request, agentSystem).system).toBe(said);
  });
});
