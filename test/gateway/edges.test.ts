import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { Gateway } from '../../src/gateway/gateway.js';
import {
  chatEvents,
  type Exchange,
  frame,
  geminiEvents,
  messageEvents,
  plain,
  responseEvents,
  startProvider,
  stream,
} from '../rig/provider.js';
import { IS_SOAK } from '../soak.js';
import { ask, BODY, behind } from './behind.js';
import { gatewayTo, Purse } from './world.js';

/** Sends bytes as they are; resolves with all that comes back. */
async function raw(gateway: Gateway, text: (path: string) => string): Promise<string> {
  const { port, pathname } = new URL(gateway.url);
  const socket = connect(Number(port), '127.0.0.1');
  let got = '';
  socket.setEncoding('latin1').on('data', (data: string) => {
    got += data;
  });
  socket.write(text(pathname));
  await once(socket, 'close');
  return got;
}

describe('what is not open', () => {
  it('is refused in the form of the protocol, and does not reach the provider', () =>
    behind([], {}, async (gateway, provider) => {
      const wrong = await ask(gateway.url.replace(/[^/]+$/, 'guessed'), BODY);
      const path = await ask(`${gateway.url}/v1/files`, BODY);
      const traversal = await raw(
        gateway,
        (base) =>
          `POST ${base}/../v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
      );
      const socket = await raw(
        gateway,
        (base) =>
          `GET ${base}/v1/messages HTTP/1.1\r\nhost: x\r\nconnection: Upgrade, close\r\nupgrade: websocket\r\n\r\n`,
      );
      expect([wrong.status, path.status]).toEqual([403, 404]);
      expect(JSON.parse(String(path.bytes))).toEqual({
        type: 'error',
        error: {
          type: 'not_found_error',
          message:
            'llm-router: `POST /v1/files` is not open: calls, the counting of tokens and the list of models alone pass through the gateway',
        },
      });
      expect([path.headers['x-should-retry'], traversal.slice(0, 12), socket.slice(0, 12)]).toEqual([
        'false',
        'HTTP/1.1 404',
        'HTTP/1.1 404',
      ]);
      expect([provider.calls, gateway.calls()]).toEqual([[], []]);
    }));
});

/** A whole answer of Messages. */
const whole = {
  type: 'message',
  model: 'm',
  content: [{ type: 'text', text: 'a' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 7, output_tokens: 5 },
};

describe('a call', () => {
  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['identity', (text: string) => Buffer.from(text)],
  ])('is read although its answer is in %s, which passes unchanged', (encoding, encode) => {
    const text = messageEvents(['a', 'b'], { usage: { input_tokens: 9, output_tokens: 1 }, outputTokens: 4 })
      .map(frame)
      .join('');
    const bytes = encode(text);
    const reply = async ({ head, write, end }: Exchange): Promise<void> => {
      head(200, { 'content-type': 'text/event-stream', 'content-encoding': encoding });
      for (let at = 0; at < bytes.length; at += 37) await write(bytes.subarray(at, at + 37));
      end();
    };
    return behind([reply], {}, async (gateway, provider) => {
      const got = await ask(`${gateway.url}/v1/messages?beta=1`, BODY, {
        headers: { 'X-Api-Key': 'k', 'accept-encoding': 'gzip, br' },
      });
      expect(got.bytes.equals(bytes)).toBe(true);
      expect([got.headers['content-encoding'], provider.calls[0]?.path, provider.calls[0]?.text]).toEqual([
        encoding,
        '/base/v1/messages?beta=1',
        BODY,
      ]);
      expect(provider.calls[0]?.headers).toMatchObject({
        'x-api-key': 'k',
        'accept-encoding': 'gzip, br',
        host: new URL(provider.url).host,
      });
      expect(gateway.calls()).toMatchObject([
        {
          model: 'm',
          status: 200,
          usage: { inputTokens: 9, outputTokens: 4 },
          cost: { chargedMicroUsd: 210 },
          failure: null,
        },
      ]);
    });
  });

  it.each([
    ['openai-chat', '/chat/completions', stream(chatEvents(['a'])), [11, 3]],
    ['openai-responses', '/responses', stream(responseEvents(['a'])), [11, 3]],
    ['gemini', '/v1beta/models/m:streamGenerateContent', stream(geminiEvents(['a'])), [9, 4]],
  ] as const)('of %s is read by the reader of its protocol', (api, path, reply, [input, output]) =>
    behind([reply], { api }, async (gateway) => {
      await ask(`${gateway.url}${path}`, BODY);
      expect(gateway.calls()).toMatchObject([
        { model: 'm', usage: { inputTokens: input, outputTokens: output }, failure: null },
      ]);
    }),
  );

  it('of HTTP/1.0 is answered in one piece until the end of its connection', () =>
    behind([plain(200, whole)], {}, async (gateway) => {
      const got = await raw(
        gateway,
        (base) => `POST ${base}/v1/messages HTTP/1.0\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`,
      );
      expect(got).toMatch(/^HTTP\/1\.1 200 /);
      expect(got.toLowerCase()).not.toContain('transfer-encoding');
      expect(got.endsWith(JSON.stringify(whole))).toBe(true);
      expect(gateway.calls()).toMatchObject([{ usage: { inputTokens: 7, outputTokens: 5 } }]);
    }));

  it('with a large body in chunks reaches the provider byte for byte', () =>
    behind([plain(200, whole)], {}, async (gateway, provider) => {
      const pad = randomBytes(IS_SOAK ? 25_000_000 : 1_000_000).toString('hex');
      const body = JSON.stringify({ model: 'm', max_tokens: 1, pad });
      const asked = request(`${gateway.url}/v1/messages`, {
        method: 'POST',
        headers: { 'transfer-encoding': 'chunked' },
        agent: false,
      });
      for (let at = 0; at < body.length; at += 1_000_000)
        if (!asked.write(body.slice(at, at + 1_000_000))) await once(asked, 'drain');
      asked.end();
      const [response] = await once(asked, 'response');
      response.resume();
      await once(response, 'end');
      const hash = (text: string) => createHash('sha256').update(text).digest('hex');
      expect(hash(provider.calls[0]?.text ?? '')).toBe(hash(body));
    }));

  it('whose tool goes away is ended at the provider too, and counts as all that it held', () =>
    behind(undefined, { money: new Purse(1_000_000) }, async (gateway, provider) => {
      const asked = request(`${gateway.url}/v1/messages`, { method: 'POST', agent: false });
      asked.on('error', () => undefined).end(BODY);
      const exchange = await provider.nextCall();
      exchange.head(200, { 'content-type': 'text/event-stream' });
      await exchange.write(frame(messageEvents(['a'])[0]));
      const [response] = await once(asked, 'response');
      response.on('error', () => undefined);
      asked.destroy();
      await exchange.gone;
      await gateway.close();
      expect(gateway.calls()).toMatchObject([
        { status: 200, cost: { basis: 'estimated' }, failure: { type: 'cancelled' } },
      ]);
    }));

  it('to a provider that cannot be reached gets an error that may be tried again', async () => {
    const provider = await startProvider([]);
    await provider.close();
    const gateway = await gatewayTo(provider.url, { money: new Purse(1_000_000) });
    const got = await ask(`${gateway.url}/v1/messages`, BODY);
    await gateway.close();
    expect([got.status, got.headers['x-should-retry']]).toEqual([502, undefined]);
    expect(gateway.calls()).toMatchObject([
      { status: null, cost: { chargedMicroUsd: 0 }, failure: { type: 'connection' } },
    ]);
  });
});

describe('what costs nothing', () => {
  it('passes without being a call: counting tokens, and the list of models', () =>
    behind(
      [plain(200, { input_tokens: 3 }), plain(200, { data: [] })],
      { money: new Purse(0) },
      async (gateway, provider) => {
        const counted = await ask(`${gateway.url}/v1/messages/count_tokens`, BODY);
        const listed = await ask(`${gateway.url}/v1/models?limit=5`, null);
        expect([counted.status, listed.status, gateway.calls()]).toEqual([200, 200, []]);
        expect(provider.calls.map(({ path }) => path)).toEqual([
          '/base/v1/messages/count_tokens',
          '/base/v1/models?limit=5',
        ]);
      },
    ));
});

describe('failures in a row', () => {
  const limited = plain(
    429,
    { type: 'error', error: { type: 'rate_limit_error', message: 'slow down' } },
    { 'retry-after': '2' },
  );

  it('are left to the tool as long as the policy would wait, then no call is let through', () =>
    behind([limited, limited, limited, limited], {}, async (gateway, provider) => {
      const statuses: number[] = [];
      for (let n = 0; n < 6; n++) statuses.push((await ask(`${gateway.url}/v1/messages`, BODY)).status);
      expect([statuses, provider.calls.length]).toEqual([[429, 429, 429, 429, 403, 403], 4]);
      expect(gateway.ending()).toMatchObject({ type: 'rate_limit', httpStatus: 429, retryAfterMs: 2000 });
      expect(gateway.endings.length).toBe(1);
    }));

  it('count from the last answer on', () =>
    behind([limited, limited, limited, plain(200, whole), limited, limited, limited], {}, async (gateway) => {
      for (let n = 0; n < 7; n++) await ask(`${gateway.url}/v1/messages`, BODY);
      expect(gateway.ending()).toBeNull();
    }));

  it.each([
    ['a wait that the policy does not wait', 429, { 'retry-after': '60' }, 1, 'rate_limit'],
    ['a used-up quota', 402, {}, 1, 'quota'],
    ['a key that is refused', 401, {}, 2, 'authentication'],
    ['errors of the provider', 500, {}, 4, 'provider_error'],
  ])('end at once: %s', (_, status, headers, times, type) =>
    behind(
      Array.from({ length: times }, () => plain(status, { error: { message: 'no' } }, headers)),
      {},
      async (gateway) => {
        for (let n = 0; n < times; n++) {
          expect(gateway.ending()).toBeNull();
          await ask(`${gateway.url}/v1/messages`, BODY);
        }
        expect(gateway.ending()).toMatchObject({ type, httpStatus: status });
      },
    ),
  );
});
