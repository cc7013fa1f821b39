import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { createRouter, OptionError, RequestError, type RouterOptions } from '../../src/index.js';
import { configOf } from '../rig/config.js';

const folder = mkdtempSync(path.join(tmpdir(), 'llm-library-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CONFIG = configOf('tools: { canned: { kind: mock, models: [m], responses: [{ text: hello }] } }');
const ENV = { XDG_STATE_HOME: folder };

/** The error of a call, also of one that throws at once. */
async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return null;
}

const WRONG: readonly [field: string, value: unknown, message: string][] = [
  ['temperature', 2.1, '`temperature` must be a number from 0 to 2, not `2.1`'],
  ['temperature', -0.1, '`temperature` must be a number from 0 to 2, not `-0.1`'],
  ['temperature', Number.NaN, '`temperature` must be a number from 0 to 2, not `NaN`'],
  ['temperature', '1', '`temperature` must be a number from 0 to 2, not `1`'],
  ['maxTokens', 0, '`maxTokens` must be a whole number of at least 1, not `0`'],
  ['maxTokens', 1.5, '`maxTokens` must be a whole number of at least 1, not `1.5`'],
  ['timeoutMs', 0, '`timeoutMs` must be a whole number of at least 1, not `0`'],
  ['maxRetries', -1, '`maxRetries` must be a whole number of at least 0, not `-1`'],
  ['maxCostUsd', 0, '`maxCostUsd` must be an amount in US dollars above 0, not `0`'],
  ['prompt', ' \n', '`prompt` must be text that is not blank, not blank'],
  ['prompt', 7, '`prompt` must be text that is not blank, not `7`'],
  ['tier', 'best', '`tier` must be one of `fast`, `balanced`, `premium`, not `best`'],
  ['access', 'all', '`access` must be one of `none`, `read`, `edit`, `full`, not `all`'],
  ['messages', [{ role: 'bot', text: 'x' }], '`messages` must be a list of messages'],
  ['messages', [{ role: 'user', content: 'x' }], '`messages` must be a list of messages'],
  ['tags', { a: 1 }, '`tags` must be an object of texts'],
  ['stop', 'END', '`stop` must be a list of texts'],
  ['traceId', 'x', '`traceId` must have 32 hexadecimal digits'],
  ['force', true, '`force` needs a `justification`'],
  ['temprature', 1, 'a request has no `temprature`; hint: did you mean `temperature`?'],
  ['promptFile', '/etc/passwd', 'a request has no `promptFile`'],
  ['resume', '01ARZ3', 'this router keeps no traces to find a session in'],
];

describe('a request of a program', () => {
  it.each(WRONG)('is refused with %s: %p', async (field, value, message) => {
    const router = createRouter(CONFIG, { env: ENV });
    const request = { tool: 'canned', prompt: 'hi', [field]: value } as { prompt: string };
    for (const call of [() => router.plan(request), () => router.complete(request)]) {
      const error = await errorOf(call);
      expect(error).toBeInstanceOf(RequestError);
      expect(error).toMatchObject({
        message: expect.stringContaining(message),
        failure: { type: 'usage' },
      });
    }
  });

  it('may say `undefined` or `null` for what the config decides', async () => {
    const router = createRouter(CONFIG, { env: ENV });
    const request = { tool: 'canned', prompt: 'hi', temperature: null, model: undefined, schema: null };
    expect(await router.complete(request)).toMatchObject({ text: 'hello' });
  });

  it('takes the limits themselves', async () => {
    const router = createRouter(CONFIG, { env: ENV });
    for (const temperature of [0, 2])
      expect(await router.plan({ tool: 'canned', prompt: 'hi', temperature, maxTokens: 1 })).toMatchObject({
        candidates: [{ tool: 'canned' }],
      });
  });
});

describe('options', () => {
  it.each([
    ['trace', '/x', '`createRouter` has no `trace`; hint: did you mean `traces`?'],
    ['signal', {}, '`signal` must be the `signal` of an `AbortController`'],
    ['sinks', [1], '`sinks` must be a list of functions'],
    ['traces', { read: () => {} }, '`traces` must be a folder, or an object with the function `write`'],
    ['audit', true, '`audit` must be a file or `false`'],
    ['onWarning', 'x', '`onWarning` must be a function'],
  ])('of a router are refused with %s: %p', async (name, value, message) => {
    const error = await errorOf(() => createRouter(CONFIG, { [name]: value } as RouterOptions));
    expect(error).toBeInstanceOf(OptionError);
    expect(error).toMatchObject({ message: expect.stringContaining(message), failure: { type: 'usage' } });
  });

  it('of a call are refused where they are unknown', async () => {
    const router = createRouter(CONFIG, { env: ENV });
    const options = { onevent: () => {} };
    const request = { tool: 'canned', prompt: 'hi' };
    const errors = [
      await errorOf(() => router.complete(request, options as object)),
      await errorOf(() => router.stream(request, options as object)),
      await errorOf(() => router.health(options as object)),
    ];
    for (const error of errors) expect(error).toBeInstanceOf(OptionError);
  });
});
