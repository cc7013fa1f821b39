import { describe, expect, it } from '@jest/globals';
import { messageEvents, plain, stream } from '../rig/provider.js';
import { rigged } from '../rig/rig.js';
import { gatewayConfig, installCaller, message, runCaller } from './caller.js';

describe('a run whose calls pass through the router', () => {
  it(
    'counts every call, streamed or not, with its exact usage and cost',
    rigged(async (rig) => {
      const provider = await rig.provider([
        stream(messageEvents(['a'], { usage: { input_tokens: 9, output_tokens: 1 }, outputTokens: 4 })),
        plain(200, {
          id: 'msg',
          type: 'message',
          model: 'claude-0',
          content: [{ type: 'text', text: 'b' }],
          stop_reason: 'end_turn',
          usage: { input_tokens: 100, output_tokens: 10 },
        }),
      ]);
      installCaller(rig);
      rig.write('llm-router.yaml', gatewayConfig(`${provider.url}/base`, { agent: 'max_cost_usd: 1' }));
      const { code, document } = await runCaller(rig, {
        steps: [{ body: message('claude-1', 100, { stream: true }) }, { body: message('claude-0') }],
        usage: { in: 109, out: 14 },
      });
      expect([code, document.warnings]).toEqual([0, []]);
      expect(provider.calls.map(({ path }) => path)).toEqual(['/base/v1/messages', '/base/v1/messages']);
      const [attempt] = document.attempts;
      expect(
        attempt?.calls.map(({ model, status, cost }) => [model, status, cost?.usd, cost?.basis]),
      ).toEqual([
        ['claude-1', 200, (9 * 10 + 4 * 30) / 1e6, 'computed'],
        ['claude-0', 200, (100 * 1 + 10 * 3) / 1e6, 'computed'],
      ]);
      expect(document.usage).toMatchObject({ input_tokens: 109, output_tokens: 14 });
      expect(document.cost?.usd).toBeCloseTo(0.00034, 9);
    }),
  );
});
