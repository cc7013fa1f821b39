import { describe, expect, it } from '@jest/globals';
import { withPlainError } from '../../src/mcp/plain-errors.js';

const error = (message: string) => ({ jsonrpc: '2.0', id: 2, error: { code: -32603, message } });

describe('an answer to a request of a wrong shape', () => {
  it('says in plain words what must stand where', () => {
    const findings = [
      { expected: 'record', code: 'invalid_type', path: ['params', 'arguments'], message: 'Invalid input' },
      { expected: 'string', code: 'invalid_type', path: ['params', 'name'], message: 'Invalid input' },
    ];
    const text = `Invalid tools/call request: ${JSON.stringify(findings, null, 2)}`;
    expect(withPlainError(error(text)).error).toEqual({
      code: -32602,
      message: '`params.arguments` must be an object; `params.name` must be a text',
    });
  });

  it.each(['no such run', 'a list [\n of something', '[\n 1, 2]', '[\n]'])('leaves `%j` as it is', (text) => {
    expect(withPlainError(error(text))).toEqual(error(text));
  });

  it('leaves results as they are', () => {
    const message = { jsonrpc: '2.0', id: 1, result: { content: [] } };
    expect(withPlainError(message)).toBe(message);
  });
});
