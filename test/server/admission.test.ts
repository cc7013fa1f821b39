import { describe, expect, it } from '@jest/globals';
import { hostName, refusalOf, tokenRefusal } from '../../src/server/admission.js';
import { MOCK, raw, served } from './served.js';

const rules = { hosts: ['router.internal'], token: null };

describe('who may ask', () => {
  it.each([
    ['127.0.0.1:4141', '127.0.0.1'],
    ['[::1]:4141', '::1'],
    ['LOCALHOST', 'localhost'],
    ['localhost.', 'localhost'],
    ['a.b-c:1', 'a.b-c'],
    ['', null],
    ['a b', null],
    ['user@localhost', null],
    ['localhost:port', null],
    ['localhost/x', null],
  ])('reads the host `%s`', (host, name) => expect(hostName(host)).toBe(name));

  it('are those that know the server by its name', () => {
    for (const host of ['127.0.0.1:1', '[::1]', 'localhost:4141', '10.0.0.9', 'ROUTER.internal:80'])
      expect(refusalOf({ host }, rules)).toBeNull();
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', ''])
      expect(refusalOf({ host }, rules)?.status).toBe(421);
  });

  it('are no pages of another origin', () => {
    const host = '127.0.0.1:4141';
    expect(refusalOf({ host, origin: `http://${host}` }, rules)).toBeNull();
    expect(refusalOf({ host, 'sec-fetch-site': 'same-origin' }, rules)).toBeNull();
    expect(
      refusalOf({ host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, rules),
    ).toBeNull();
    for (const origin of [
      'http://evil.example',
      'null',
      'http://127.0.0.1:4142',
      `http://${host}.evil.example`,
    ])
      expect(refusalOf({ host, origin }, rules)?.status).toBe(403);
    expect(
      refusalOf({ host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, rules)?.status,
    ).toBe(403);
  });

  it('are those that have the token, where one is asked for', () => {
    const locked = { hosts: [], token: 'abc:def' };
    const basic = `Basic ${Buffer.from('me:abc:def').toString('base64')}`;
    for (const authorization of ['Bearer abc:def', 'bearer  abc:def', basic])
      expect(tokenRefusal({ authorization }, locked)).toBeNull();
    for (const authorization of ['', 'Bearer', 'Bearer abc', 'Bearer abc:deg', 'abc:def', 'Basic !!!'])
      expect(tokenRefusal({ authorization }, locked)?.status).toBe(401);
    expect(tokenRefusal({}, rules)).toBeNull();
  });
});

describe('a server with a token', () => {
  const options = { token: 'the-secret-token', env: { LLM_ROUTER_TOKEN: 'the-secret-token' } };

  it(
    'tells nothing without it, and never repeats it',
    served(
      MOCK,
      async ({ get, post }) => {
        for (const path of ['/v1/models', '/rpc', '/nope', '/status.json'])
          expect((await get(path)).status).toBe(401);
        expect((await get('/healthz')).status).toBe(200);
        expect((await get('/readyz')).status).toBe(200);
        const authorization = 'Bearer the-secret-token';
        expect((await get('/v1/models', { authorization })).status).toBe(200);
        const asked = await get('/the-secret-token?token=the-secret-token', { authorization });
        expect(await asked.text()).not.toContain('the-secret-token');
        const call = { jsonrpc: '2.0', id: 1, method: 'the-secret-token', params: {} };
        expect(await (await post('/rpc', call, { authorization })).text()).not.toContain('the-secret-token');
        const model = { model: 'the-secret-token', messages: [{ role: 'user', content: 'x' }] };
        const refused = await post('/v1/chat/completions', model, { authorization });
        expect(await refused.text()).not.toContain('the-secret-token');
      },
      options,
    ),
  );

  it(
    'asks a browser for a password',
    served(
      MOCK,
      async ({ get }) => {
        const page = await get('/v1/models', { accept: 'text/html' });
        expect(page.headers.get('www-authenticate')).toContain('Basic');
        expect((await get('/v1/models')).headers.get('www-authenticate')).toContain('Bearer');
      },
      options,
    ),
  );
});

describe('a server', () => {
  it(
    'sends no header of CORS, and lets nothing be guessed or framed',
    served(MOCK, async ({ get, url }) => {
      const answer = await get('/healthz', { origin: url });
      const names = [...answer.headers.keys()];
      expect(names.filter((name) => name.startsWith('access-control-'))).toEqual([]);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'cache-control': 'no-store',
      });
      const preflight = await fetch(`${url}/rpc`, { method: 'OPTIONS', headers: { origin: url } });
      expect(preflight.status).toBe(405);
    }),
  );

  it(
    'is found under the names of its config',
    served(`${MOCK}\nserver: { hosts: [Router.Internal] }`, async ({ port }) => {
      const ask = (host: string) =>
        raw(port, `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      expect(await ask('router.internal')).toContain('200 OK');
      expect(await ask('evil.example')).toContain('421 Misdirected');
    }),
  );
});
