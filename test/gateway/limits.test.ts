import { describe, expect, it } from '@jest/globals';
import { today } from '../e2e/money.js';
import { messageEvents, type Reply, stream } from '../rig/provider.js';
import { rigged } from '../rig/rig.js';
import { answer, message, runCaller, setUp } from './caller.js';

describe('a call that does not fit', () => {
  it(
    'into the cap is refused in the form of the protocol, and ends the run although the tool exits with 0',
    rigged(async (rig) => {
      // Each holds some 100 bytes at 10 and 100 tokens at 30 micro-dollars: 4 of them at most.
      const provider = await setUp(rig, [answer(50, 90)], { agent: 'max_cost_usd: 0.006' });
      const { code, document } = await runCaller(rig, {
        steps: [{ body: message() }, { body: message('claude-1', 100) }],
      });
      expect([code, document.failure?.type, provider.calls.length]).toEqual([79, 'budget_exceeded', 1]);
      const [first, second] = document.attempts[0]?.calls ?? [];
      expect([first?.cost?.usd, second?.status, second?.cost?.usd]).toEqual([0.0032, 402, 0]);
      expect(document.cost?.usd).toBe(0.0032);
      expect(document.failure?.message).toMatch(
        /^Budget exceeded: a call of `claude-1` may cost \$0\.00\d+ \(at most \d+ input tokens and 100 output tokens\), and \$0\.0028 of the \$0\.006 of this run is left$/,
      );
    }),
  );

  it(
    'into a hard limit is refused, and the ledger has what the calls before it cost, without a cap',
    rigged(async (rig) => {
      const budget = 'budget: { scope: global, daily_usd: 0.01, limit: { type: hard } }';
      await setUp(rig, [answer(100, 100), answer(100, 100)], { policy: budget });
      const steps = [{ body: message() }, { body: message() }, { body: message() }];
      const { code, document } = await runCaller(rig, { steps });
      expect([code, document.failure?.type]).toEqual([79, 'budget_exceeded']);
      expect(document.failure?.message).toContain('$0.008 of the daily $0.01 is used');
      expect(await today(rig)).toMatchObject({ cost_usd: 0.008, calls: 3, held: { runs: 0, usd: 0 } });
    }),
  );

  it(
    'for want of a price is refused under a cap, and counted without one',
    rigged(async (rig) => {
      const provider = await setUp(rig, [answer(1, 1)], { policy: 'gateway: always' });
      const steps = [{ body: message('claude-9') }];
      const free = await runCaller(rig, { steps });
      expect(free.document.attempts[0]?.calls[0]).toMatchObject({
        model: 'claude-9',
        cost: { usd: null, basis: 'unknown' },
      });
      const capped = await runCaller(rig, { steps }, ['--max-cost', '5']);
      expect([free.code, capped.code, provider.calls.length]).toEqual([0, 79, 1]);
      expect(capped.document.failure?.message).toContain('model `claude-9` has no price');
    }),
  );

  it(
    'for want of a price is sent under a soft limit, which refuses nothing',
    rigged(async (rig) => {
      const policy = 'gateway: always, budget: { scope: global, daily_usd: 0.000001, limit: { type: soft } }';
      await setUp(rig, [answer(1, 1), answer(10, 10)], { policy });
      const steps = [{ body: message('claude-9') }, { body: message() }];
      const { code, document } = await runCaller(rig, { steps }, ['-y']);
      expect([code, document.failure]).toEqual([0, null]);
      expect(document.attempts[0]?.calls.map(({ status, cost }) => [status, cost?.usd])).toEqual([
        [200, null],
        [200, 0.0004],
      ]);
    }),
  );

  it(
    'names no model that can be read is refused where the policy limits the models',
    rigged(async (rig) => {
      const provider = await setUp(rig, [], {
        policy: 'gateway: always, governance: { allowed_models: [big] }',
      });
      const { code, document } = await runCaller(rig, { steps: [{ body: [1] }] });
      expect([code, document.failure?.type, provider.calls.length]).toEqual([77, 'not_allowed', 0]);
    }),
  );

  it(
    'since the policy does not allow its model ends the run as not allowed',
    rigged(async (rig) => {
      const provider = await setUp(rig, [], {
        policy: 'gateway: always, governance: { denied_models: [small] }',
      });
      const { code, document } = await runCaller(rig, { steps: [{ body: message('claude-0') }] });
      expect([code, document.failure?.type, provider.calls.length]).toEqual([77, 'not_allowed', 0]);
      expect(document.attempts[0]?.calls[0]).toMatchObject({ model: 'claude-0', status: 403 });
    }),
  );
});

describe('an answer whose usage is not known', () => {
  it(
    'counts as all that its call held: the provider dies in the middle of it',
    rigged(async (rig) => {
      const broken: Reply = async ({ head, write, destroy }) => {
        head(200, { 'content-type': 'text/event-stream' });
        await write(
          messageEvents(['a'])
            .slice(0, 4)
            .map((event) => `data: ${JSON.stringify(event)}\n\n`)
            .join(''),
        );
        destroy();
      };
      await setUp(rig, [broken, stream(messageEvents(['b']))], { agent: 'max_cost_usd: 1' });
      const steps = [
        { body: message('claude-1', 100, { stream: true }), times: 1 },
        { body: message('claude-1', 100, { stream: true }) },
      ];
      const { code, document } = await runCaller(rig, { steps });
      const [first, second] = document.attempts[0]?.calls ?? [];
      expect(code).toBe(0);
      expect(first).toMatchObject({
        status: 200,
        cost: { basis: 'estimated' },
        failure: { type: 'invalid_response' },
      });
      expect(first?.cost?.usd).toBeGreaterThan(0.003);
      expect(second).toMatchObject({ status: 200, cost: { basis: 'computed', usd: 0.00021 }, failure: null });
    }),
  );
});
