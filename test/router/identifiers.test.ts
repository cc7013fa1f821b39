import { describe, expect, it } from '@jest/globals';
import { emptyRequest, type Request } from '../../src/domain/request.js';
import { createRouter, RequestError } from '../../src/index.js';
import { identifierTrouble } from '../../src/router/planning/identifiers.js';
import { configOf } from '../rig/config.js';

const troubleOf = (more: Partial<Request>) =>
  identifierTrouble({ ...emptyRequest('/'), ...more })?.message ?? null;

describe('identifiers of a request', () => {
  it.each([
    ['names in any script', { session: 'übung 7/a', tags: { 日本: 'x=y' } }],
    ['a trace id of another system', { traceId: 'a'.repeat(32) }],
  ])('may be %s', (_, more: Partial<Request>) => {
    expect(troubleOf(more)).toBeNull();
  });

  it.each([
    [
      'an escape sequence',
      { session: 's\u001b]0;x\u0007' },
      'the session holds control characters or invisible ones: `s\\u001b]0;x\\u0007`',
    ],
    ['a line end', { sourceAgent: 'a\n::error::b' }, 'the source agent holds'],
    ['C1 controls', { traceId: 'a\u009b2J' }, 'the trace id holds'],
    ['a change of the direction', { tags: { team: 'a\u202eb' } }, 'a tag holds'],
    ['an invisible character', { tags: { 'te\u200bam': 'a' } }, 'the key of a tag holds'],
    ['an escape sequence in a model', { model: 'm\u001b[2J' }, 'the model holds'],
    ['very many characters', { session: 'x'.repeat(1025) }, 'the session is longer than 1024 characters'],
    [
      'very many tags',
      { tags: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`t${i}`, 'x'])) },
      'a request has at most 64 tags',
    ],
  ])('are refused with %s', (_, more: Partial<Request>, message) => {
    expect(troubleOf(more)).toContain(message);
  });

  it('are refused by the library too', async () => {
    const router = createRouter(configOf(''));
    const run = router.complete({ prompt: 'hi', tool: 'mock', session: 'a\u0007' });
    await expect(run).rejects.toThrow(RequestError);
    await router.close();
  });
});
