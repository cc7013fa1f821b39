import { describe, expect, it } from '@jest/globals';
import { isMap } from '../../src/domain/lookup.js';
import { plain, type Reply } from '../rig/provider.js';
import { ask, BODY, behind } from './behind.js';
import { Purse } from './world.js';

/** The frame of zstd, with something that no decoder takes. */
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xff, 0xff, 0xff, 0xff]);

function zstdIn(encoding: string): Reply {
  return ({ head, end }) => {
    head(200, { 'content-encoding': encoding });
    end(ZSTD);
  };
}

describe('the encodings that a tool takes', () => {
  it.each([
    ['gzip, deflate, br, compress', 'gzip, deflate, br'],
    ['compress', 'identity'],
    ['br;q=1.0, identity;q=0.5, *;q=0.1', 'br;q=1.0, identity;q=0.5'],
    ['gzip;q=1.0,  br ,*;q=0', 'gzip;q=1.0,  br ,*;q=0'],
  ])('`%s` reach the provider as `%s`, so that its answer can be read', (accepted, sent) =>
    behind([plain(200, {})], {}, async (gateway, provider) => {
      await ask(`${gateway.url}/v1/messages`, BODY, { headers: { 'Accept-Encoding': accepted } });
      expect(provider.calls[0]?.headers['accept-encoding']).toBe(sent);
    }),
  );

  it('are none where the tool names none', () =>
    behind([plain(200, {})], {}, async (gateway, provider) => {
      await ask(`${gateway.url}/v1/messages`, BODY);
      expect(provider.calls[0]?.headers).not.toHaveProperty('accept-encoding');
    }));
});

describe('an answer in an encoding that cannot be read', () => {
  it.each(['zstd', 'compress', 'gzip, br'])(
    '%s passes unchanged, and counts as all that its call held',
    (encoding) => {
      const purse = new Purse(1_000_000);
      return behind([zstdIn(encoding)], { money: purse }, async (gateway) => {
        const got = await ask(`${gateway.url}/v1/messages`, BODY);
        expect([got.status, got.headers['content-encoding'], got.bytes.equals(ZSTD)]).toEqual([
          200,
          encoding,
          true,
        ]);
        const worst = Buffer.byteLength(BODY) * 10 + 10 * 30;
        expect([purse.spent, purse.held]).toEqual([worst, 0]);
        expect(gateway.calls()).toMatchObject([
          { status: 200, usage: null, cost: { chargedMicroUsd: worst, basis: 'estimated' } },
        ]);
      });
    },
  );

  it('is said to be so', () =>
    behind([zstdIn('compress')], {}, async (gateway) => {
      await ask(`${gateway.url}/v1/messages`, BODY);
      expect(gateway.calls()[0]?.failure).toMatchObject({
        type: 'invalid_response',
        message: expect.stringContaining(
          'answered in the encoding `compress`, which this version of Node cannot read',
        ),
      });
    }));
});

describe('a request in an encoding that cannot be read', () => {
  const headers = { 'content-encoding': 'zstd' };

  it('is refused while money is limited, with its encoding', () =>
    behind([], { money: new Purse(1_000_000) }, async (gateway, provider) => {
      const got = await ask(`${gateway.url}/v1/messages`, ZSTD, { headers });
      const { error }: { error?: unknown } = JSON.parse(String(got.bytes));
      expect([got.status, isMap(error) && error.message]).toEqual([
        402,
        'llm-router: Budget exceeded: the body of a call in the encoding `zstd` cannot be read here, so its cost is not known',
      ]);
      expect(provider.calls).toEqual([]);
      expect(gateway.ending()).toMatchObject({
        type: 'budget_exceeded',
        hint: 'let the tool send its requests without compression',
      });
    }));

  it('passes unchanged where nothing limits its cost, with the usage of its answer', () => {
    const usage = { input_tokens: 7, output_tokens: 5 };
    const whole = { type: 'message', model: 'm', content: [], stop_reason: 'end_turn', usage };
    return behind([plain(200, whole)], {}, async (gateway, provider) => {
      await ask(`${gateway.url}/v1/messages`, ZSTD, { headers });
      expect(provider.calls[0]?.headers['content-encoding']).toBe('zstd');
      expect(gateway.calls()).toMatchObject([
        { model: null, usage: { inputTokens: 7, outputTokens: 5 }, cost: { basis: 'unknown' } },
      ]);
    });
  });
});
