import { describe, expect, it } from '@jest/globals';
import { limitMentions } from '../../../src/adapters/http/limits.js';
import { proxyFor, proxyTrouble } from '../../../src/adapters/http/proxy.js';
import { isStrict } from '../../../src/adapters/http/strict-schema.js';

describe('proxyFor', () => {
  const env = {
    HTTPS_PROXY: 'http://p:1',
    http_proxy: 'q:2',
    NO_PROXY: 'internal.test, .corp.test,*.wild.test host.test:8443 10.1.0.0/16,192.168.7.9/32,1.2.3.4/40',
  };

  it.each([
    ['https://api.test/v1', 'http://p:1'],
    ['http://api.test/v1', 'http://q:2'],
    ['https://internal.test', null],
    ['https://deep.internal.test', null],
    ['https://notinternal.test', 'http://p:1'],
    ['https://a.corp.test', null],
    ['https://a.wild.test', null],
    ['https://host.test', 'http://p:1'],
    ['https://host.test:8443', null],
    ['https://10.1.200.3:8443', null],
    ['https://10.2.0.1', 'http://p:1'],
    ['https://192.168.7.9', null],
    ['https://192.168.7.8', 'http://p:1'],
    ['https://1.2.3.4', 'http://p:1'],
    ['https://10.1.test', 'http://p:1'],
    ['http://localhost:1234', null],
    ['http://127.0.0.1:1234', null],
    ['http://[::1]:1234', null],
  ])('%s goes through %s', (url, proxy) => {
    expect(proxyFor(new URL(url), env)).toBe(proxy);
  });

  it('uses ALL_PROXY, prefers lower case, and ignores other protocols', () => {
    const url = new URL('https://api.test');
    expect(proxyFor(url, { ALL_PROXY: 'http://a:1' })).toBe('http://a:1');
    expect(proxyFor(url, { https_proxy: 'http://low:1', HTTPS_PROXY: 'http://up:1' })).toBe('http://low:1');
    expect(proxyFor(url, { https_proxy: 'socks5://s:1' })).toBeNull();
    expect(proxyTrouble(url, { ALL_PROXY: 'socks5h://s:1' })?.detail).toContain(
      'the proxy in `ALL_PROXY` is not supported (`socks5h`)',
    );
    expect(proxyTrouble(url, { ALL_PROXY: 'socks5h://s:1', no_proxy: 'api.test' })).toBeNull();
    expect(proxyTrouble(url, { ALL_PROXY: 'http://s:1' })).toBeNull();
    expect(proxyFor(url, { https_proxy: 'http://a:1', no_proxy: '*' })).toBeNull();
    expect(proxyFor(url, {})).toBeNull();
  });

  it.each([
    ['  http://a:1 ', 'http://a:1'],
    ['http://u:100%@a:1', 'http://u:100%25@a:1'],
    ['u:100%x@a:1', 'http://u:100%25x@a:1'],
    [' ', null],
  ])('takes the value %j as %j', (https_proxy, proxy) => {
    expect(proxyFor(new URL('https://api.test'), { https_proxy })).toBe(proxy);
    expect(proxyTrouble(new URL('https://api.test'), { https_proxy })).toBeNull();
  });

  it.each(['http://', 'http://a:99999', 'http://u:%ff@a:1', 'a b'])(
    'sends nothing past %s',
    (https_proxy) => {
      expect(proxyFor(new URL('https://api.test'), { https_proxy })).toBeNull();
      expect(proxyTrouble(new URL('https://api.test'), { https_proxy })?.detail).toMatch(/it is no URL/);
    },
  );
});

describe('limitMentions', () => {
  it.each<[string, Record<string, string>, string | null]>([
    ['a wait', { 'retry-after': '30' }, 'retry_after 30'],
    [
      'a date',
      { 'retry-after': 'Fri, 20 Nov 2026 18:00:07 GMT' },
      'retry_after Fri, 20 Nov 2026 18:00:07 GMT',
    ],
    ['an ISO date', { 'retry-after': '2026-11-20T18:00:07Z' }, 'reset_at 2026-11-20T18:00:07Z'],
    ['seconds since 1970', { 'retry-after': '1795219200' }, 'reset_at 1795219200'],
    ['a wait of its own name', { 'x-ratelimit-reset-after': '20.5' }, 'retry_after 20.5'],
    ['a counter', { 'ratelimit-remaining': '0', 'ratelimit-reset': '20' }, 'retry_after 20'],
    [
      'a counter of days',
      { 'x-ratelimit-remaining-tokens-day': '0', 'x-ratelimit-reset-tokens-day': '3600.5' },
      'retry_after 3600.5',
    ],
    [
      'a counter with something left',
      { 'x-ratelimit-remaining-tokens': '5', 'x-ratelimit-reset-tokens': '6m0s' },
      null,
    ],
    ['a structured header', { ratelimit: '"default";r=0;t=20' }, 'retry_after 20'],
    ['one of an earlier draft', { ratelimit: 'limit=100, remaining=0, reset=20' }, 'retry_after 20'],
    ['one with something left', { ratelimit: 'limit=100, remaining=5, reset=20' }, null],
    [
      'the window of a subscription',
      {
        'anthropic-ratelimit-unified-status': 'rejected',
        'anthropic-ratelimit-unified-reset': '1795219200',
      },
      'reset_at 1795219200',
    ],
  ])('reads %s', (_, headers, expected) => {
    const [first] = limitMentions(headers, '');
    expect(first === undefined ? null : `${first.kind} ${first.value}`).toBe(expected);
  });
});

describe('isStrict', () => {
  const closed = (properties: object, more: object = {}) => ({
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
    ...more,
  });

  it.each([
    ['closed', closed({ a: { type: 'string' } }), true],
    ['nested', closed({ a: { type: 'array', items: closed({ b: { enum: [1] } }) } }), true],
    ['with references', closed({ a: { $ref: '#/$defs/x' } }, { $defs: { x: { type: 'number' } } }), true],
    ['with a choice', closed({ a: { anyOf: [{ type: 'string' }, { type: 'null' }] } }), true],
    ['open', { type: 'object', properties: {} }, false],
    ['with an optional key', closed({ a: { type: 'string' } }, { required: [] }), false],
    ['with a limit', closed({ a: { type: 'string', minLength: 1 } }), false],
    ['with an open part', closed({ a: { type: 'object' } }), false],
    ['of a list', { type: 'array', items: { type: 'string' } }, false],
    ['of anything', true, false],
    ['with nonsense', closed({ a: 5 }), false],
  ])('%s', (_, schema, strict) => {
    expect(isStrict(schema)).toBe(strict);
  });
});
