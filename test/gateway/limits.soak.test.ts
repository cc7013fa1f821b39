import { describe, expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';
import { answer, gatewayConfig, installCaller, message, runCaller, setUp } from './caller.js';

describe('a call that does not fit', () => {
  it(
    'ends a tool that goes on as if nothing had happened',
    rigged(async (rig) => {
      await setUp(rig, [], { agent: 'max_cost_usd: 0.00001' });
      const { code, document } = await runCaller(rig, { steps: [{ body: message() }], hang: true });
      expect([code, document.failure?.type]).toEqual([79, 'budget_exceeded']);
    }),
  );
});

describe('200 calls of one agent at once', () => {
  it(
    'hold the cap together and are all counted',
    rigged(async (rig) => {
      const provider = await rig.provider();
      void (async () => {
        for (;;) void answer(10, 10)(await provider.nextCall());
      })();
      installCaller(rig);
      rig.write('llm-router.yaml', gatewayConfig(provider.url, { agent: 'max_cost_usd: 10' }));
      const { code, document } = await runCaller(rig, { steps: [{ body: message(), times: 200 }] });
      expect([code, provider.calls.length]).toEqual([0, 200]);
      expect(document.attempts[0]?.calls.length).toBe(200);
      expect(document.usage).toMatchObject({ input_tokens: 2000, output_tokens: 2000 });
      expect(document.cost?.usd).toBeCloseTo(200 * 0.0004, 9);
    }),
  );
});
