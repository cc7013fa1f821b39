import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { configOf } from '../../rig/config.js';
import { chatEvents, frame, plain, type Reply, startProvider } from '../../rig/provider.js';
import { complete } from './complete.js';

const TEXT = 'an answer that is long enough to be worth it, '.repeat(100);
const BODY = chatEvents([TEXT]).map(frame).join('');
const SSE = { 'content-type': 'text/event-stream' };

/** Runs a request at a provider that gives this one answer. */
async function answered(reply: Reply) {
  const provider = await startProvider([reply]);
  const config = configOf(
    `tools: { api: { kind: http, api: openai-chat, base_url: '${provider.url}', models: [m] } }
policies: { default: { retry: { max_retries: 0 } } }`,
  );
  const invocation = await complete(config, { tool: 'api' });
  await provider.close();
  return { invocation, headers: provider.calls[0]?.headers ?? {} };
}

const sent =
  (encoding: string, bytes: Uint8Array): Reply =>
  async ({ head, write, end }) => {
    head(200, { ...SSE, 'content-encoding': encoding });
    for (let from = 0; from < bytes.length; from += 7) await write(bytes.subarray(from, from + 7));
    end();
  };

describe('an answer', () => {
  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
  ])('in the encoding `%s` is read as it comes', async (encoding, encode) => {
    const { invocation, headers } = await answered(sent(encoding, encode(BODY)));
    expect(invocation).toMatchObject({ status: 'succeeded', text: TEXT });
    expect(headers['accept-encoding']).toBe('gzip, deflate, br');
  });

  it('that says an encoding and is empty is empty', async () => {
    const { invocation } = await answered(plain(200, '', { 'content-encoding': 'gzip' }));
    expect(invocation.failure).toMatchObject({
      type: 'invalid_response',
      message: expect.stringContaining('an empty answer'),
    });
  });

  it.each([
    ['is cut', gzipSync(BODY).subarray(0, 60), 'unexpected end of file'],
    ['is none of it', Buffer.from(BODY), 'incorrect header check'],
  ])('whose encoding %s breaks off', async (_, bytes, says) => {
    const { invocation } = await answered(sent('gzip', bytes));
    expect(invocation.failure).toMatchObject({
      type: 'invalid_response',
      message: `\`api\` broke off in the middle of its answer: ${says}`,
    });
  });

  it('in an encoding that was not asked for is no answer', async () => {
    const { invocation } = await answered(sent('zstd', gzipSync(BODY)));
    expect(invocation.failure?.type).toBe('invalid_response');
  });
});

it('an encoded refusal is read', async () => {
  const { invocation } = await answered(async ({ head, end }) => {
    head(429, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    end(gzipSync('{"error":{"message":"slow down"}}'));
  });
  expect(invocation.failure).toMatchObject({ type: 'rate_limit', message: '`api` answered 429: slow down' });
});
