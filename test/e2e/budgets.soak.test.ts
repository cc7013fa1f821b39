import { describe, expect, it } from '@jest/globals';
import { chatEvents, stream } from '../rig/provider.js';
import { rigged } from '../rig/rig.js';
import { costing, paid, today } from './money.js';

const HARD_10 = '{ daily_usd: 10, limit: { type: hard } }';

describe('a hard budget', () => {
  it(
    'reserves for a correction what it sends, the rejected answer included',
    rigged(async (rig) => {
      const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
      const provider = await rig.provider([stream(chatEvents(['x'.repeat(20_000)], { usage }))]);
      rig.write('schema.json', '{ "type": "array" }');
      rig.write(
        'llm-router.yaml',
        `version: 1
default_agent: worker
agents: { worker: { preferred_tool: api, preferred_model: big, max_tokens: 9 } }
tools: { api: { kind: http, api: openai-chat, base_url: '${provider.url}/v1', models: [big], billing: api } }
models: { big: { id: big-1, cost_per_1m_tokens: { input: 100, output: 100 } } }
policies:
  default:
    budget: { daily_usd: 0.5, limit: { type: hard } }
    retry: { retry_on_contract_violation: true }
`,
      );
      const run = await rig.run(['exec', '--json', '--schema', 'schema.json', 'hello']);
      expect(run.json()).toMatchObject({ attempts: [{ failure: { type: 'contract_violation' } }] });
      expect(run.json().plan.rejected).toMatchObject([{ tool: 'api', reason: 'budget_exceeded' }]);
      expect(provider.calls).toHaveLength(1);
    }),
  );

  it(
    'counts agent, policy and total separately',
    rigged(async (rig) => {
      const budgets = `
      - { scope: agent, daily_usd: 0.6, limit: { type: hard } }
      - { scope: global, daily_usd: 1, limit: { type: hard } }`;
      const config = paid(budgets).replace(
        'tools:',
        '  other: { preferred_tool: bot, preferred_model: big, max_cost_usd: 0.5 }\ntools:',
      );
      rig.write('llm-router.yaml', config);
      rig.script('bot-cli', [{ stdout: costing(0.45) }, { stdout: costing(0.45) }]);
      const run = async (agent: string) => (await rig.run(['exec', '-a', agent, 'hello'])).stderr;
      expect(await run('worker')).toBe('');
      expect(await run('worker')).toContain('$0.45 of the daily $0.60 of agent `worker` is used');
      expect(await run('other')).not.toContain('error');
      expect(await run('other')).toContain('$0.45 of the daily $0.60 of agent `other` is used');
      const elsewhere = await rig.run(['exec', '-a', 'worker', '--max-cost', '0.12', 'hello']);
      expect(elsewhere.stderr).toContain('$0.90 of the daily $1.00');
    }),
  );

  it(
    'ends a tool whose reported cost exceeds its cap, and counts that cost',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', paid(HARD_10, { tool: 'grace: 300ms' }));
      const bot = rig.fake('bot-cli');
      const running = rig.start(['exec', '--json', 'hello']);
      const call = await bot.nextCall();
      call.stdout('{"cost":0.3}\n');
      call.stdout('{"cost":0.53}\n');
      await call.gone;
      const { code, json } = await running.done;
      expect(code).toBe(79);
      expect(json().failure).toMatchObject({
        type: 'budget_exceeded',
        message: '`bot` was ended: it has cost $0.53, over the cap of $0.50',
      });
      expect(json().cost).toMatchObject({ usd: 0.53, basis: 'estimated' });
      expect(await today(rig)).toMatchObject({ cost_usd: 0.53, held: { runs: 0 } });
    }),
  );
});
