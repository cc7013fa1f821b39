import { setTimeout as later } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { type Exchange, plain, type Reply } from '../rig/provider.js';
import { ask, BODY, behind } from './behind.js';

const ANSWER = plain(200, { type: 'message', usage: { input_tokens: 1, output_tokens: 1 } });
/** Longer than a round trip. */
const WORK_MS = 600;

describe('a connection that had served another call', () => {
  it('and is closed at once: the call is sent again', () =>
    twoCalls((exchange) => exchange.reset(), [200, 3]));

  it('and breaks off while the provider may have worked: the call is not sent twice', () =>
    twoCalls((exchange) => later(WORK_MS).then(() => exchange.reset()), [502, 2]));
});

/** The status of the second call, and how many the provider got. */
function twoCalls(second: (exchange: Exchange) => void | Promise<void>, expected: number[]): Promise<void> {
  const replies: Reply[] = [ANSWER, second, ...(expected[1] === 3 ? [ANSWER] : [])];
  return behind(replies, {}, async (gateway, provider) => {
    const url = `${gateway.url}/v1/messages`;
    expect((await ask(url, BODY)).status).toBe(200);
    const { status } = await ask(url, BODY);
    expect([status, provider.calls.length]).toEqual(expected);
    expect(gateway.calls()).toHaveLength(2);
  });
}
