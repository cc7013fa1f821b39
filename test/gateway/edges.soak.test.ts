import { once } from 'node:events';
import { request } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { frame, messageEvents, plain } from '../rig/provider.js';
import { ask, BODY, behind } from './behind.js';

describe('a call', () => {
  it('waits for a slow reader, and so does the provider', () =>
    behind(undefined, {}, async (gateway, provider) => {
      const asked = request(`${gateway.url}/v1/messages`, { method: 'POST', agent: false });
      asked.end(BODY);
      const answered = once(asked, 'response');
      const exchange = await provider.nextCall();
      exchange.head(200, { 'content-type': 'text/event-stream' });
      let sent = 0;
      const chunk = `: ${'x'.repeat(1_000_000)}\n\n`;
      for (let n = 0; n < 50; n++) void exchange.write(chunk).then(() => ++sent);
      const [response] = await answered;
      const other = ask(`${gateway.url}/v1/messages`, BODY);
      await plain(200, whole)(await provider.nextCall());
      await other;
      expect(sent).toBeLessThan(50);
      response.resume();
      exchange.end(messageEvents(['a']).map(frame).join(''));
      await once(response, 'end');
      expect(gateway.calls()).toMatchObject([{ usage: { inputTokens: 7 } }, { usage: { inputTokens: 9 } }]);
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
