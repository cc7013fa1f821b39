import { describe, expect, it } from '@jest/globals';
import { plain, startProvider } from '../rig/provider.js';
import { ask, BODY, behind } from './behind.js';
import { Purse } from './world.js';

const KEY = 'sk-key-of-the-tool';

describe('a provider that sends a request on to another place', () => {
  it.each([301, 302, 303, 307, 308])(
    'with %i: the tool gets the status without the place',
    async (status) => {
      const elsewhere = await startProvider([]);
      const purse = new Purse(1_000_000);
      await behind(
        [plain(status, {}, { location: `${elsewhere.url}/v1/messages` })],
        { money: purse },
        async (gateway, provider) => {
          const answer = await fetch(`${gateway.url}/v1/messages`, {
            method: 'POST',
            body: BODY,
            headers: { 'x-api-key': KEY },
          });
          const said = `the provider answered ${status} and sends requests on to another place: set \`gateway.base_url\` of the tool to \`${elsewhere.url}/v1/messages\` if that is right`;
          expect([answer.status, answer.headers.get('location'), await answer.json()]).toEqual([
            status,
            null,
            { type: 'error', error: { type: 'invalid_request_error', message: `llm-router: ${said}` } },
          ]);
          expect([provider.calls.length, elsewhere.calls]).toEqual([1, []]);
          expect(gateway.calls()).toMatchObject([
            {
              status,
              usage: null,
              cost: { chargedMicroUsd: 0, basis: 'computed' },
              failure: { type: 'invalid_response', httpStatus: status },
            },
          ]);
          expect([purse.spent, purse.held]).toEqual([0, 0]);
        },
      );
      await elsewhere.close();
    },
  );

  it('is treated so for requests that cost nothing, too', () =>
    behind([plain(307, {}, { location: 'https://elsewhere.invalid/' })], {}, async (gateway) => {
      const got = await ask(`${gateway.url}/v1/models`, null);
      expect([got.status, got.headers.location]).toEqual([307, undefined]);
    }));

  it('without saying where is passed on as it is', () =>
    behind([plain(300, { choose: 'one' })], {}, async (gateway) => {
      const got = await ask(`${gateway.url}/v1/messages`, BODY);
      expect([got.status, String(got.bytes)]).toEqual([300, '{"choose":"one"}']);
      expect(gateway.calls()).toMatchObject([{ status: 300 }]);
    }));
});
