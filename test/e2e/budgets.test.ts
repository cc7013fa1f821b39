import { describe, expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';
import { itInSoak } from '../soak.js';
import { costing, paid, today } from './money.js';

const HARD_10 = '{ daily_usd: 10, limit: { type: hard } }';

describe('a hard budget', () => {
  it(
    'refuses a run that would exceed it before any call, with the sums and three ways out',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', paid(HARD_10, { agent: 'max_cost_usd: 9.9' }));
      rig.script('bot-cli', [{ stdout: costing(9.8) }]);
      expect((await rig.run(['exec', 'hello'])).code).toBe(0);
      const { code, stdout, stderr } = await rig.run(['exec', '--max-cost', '0.5', 'hello']);
      expect([code, stdout]).toEqual([79, '']);
      expect(stderr).toMatch(
        /^error: Budget exceeded: this run may cost \$0\.50, and \$9\.80 of the daily \$10\.00 is used \[budget_exceeded]\nhint: raise `daily_usd` at llm-router\.yaml:\d+:\d+\n {6}or run it anyway with `--force --justification "<why>"`\n {6}or wait until 00:00 UTC on \d{4}-\d\d-\d\d\n$/,
      );
    }),
  );

  it(
    'gives the same result in a dry run and in the document, with the time of the reset',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', paid('{ daily_usd: 0.4, limit: { type: hard } }'));
      rig.fake('bot-cli');
      const dry = await rig.run(['exec', '--dry-run', '--json', 'hello']);
      expect(rig.exists(`${rig.data}/llm-router`)).toBe(false);
      const real = await rig.run(['exec', '--json', 'hello']);
      expect([dry.code, real.code]).toEqual([79, 79]);
      expect(dry.json().failure).toEqual(real.json().failure);
      expect(real.json().failure).toMatchObject({
        type: 'budget_exceeded',
        reset_at: expect.stringMatching(/T00:00:00/),
      });
      expect(real.json().attempts).toEqual([]);
      expect(await today(rig)).toMatchObject({ invocations: 1, failures: 1, held: { runs: 0 } });
    }),
  );

  it(
    'can be exceeded with a justification, which is logged, and not without one',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', paid('{ daily_usd: 0.4, limit: { type: hard } }'));
      rig.script('bot-cli', [{ stdout: costing(0.45) }]);
      const bare = await rig.run(['exec', '--force', 'hello']);
      expect([bare.code, bare.stderr]).toEqual([
        64,
        expect.stringContaining('`--force` needs `--justification`'),
      ]);
      expect((await rig.run(['exec', '--force', '--justification', ' ', 'hello'])).code).toBe(64);
      const forced = await rig.run(['exec', '--force', '--justification', 'release day', 'hello']);
      expect([forced.code, forced.stdout]).toEqual([0, 'done\n']);
      expect(await today(rig)).toMatchObject({ invocations: 1, cost_usd: 0.45 });
      await rig.run(['exec', 'hello']);
      const audit = rig.read(`${rig.state}/llm-router/audit.jsonl`).trim().split('\n');
      expect(audit.map((line) => JSON.parse(line))).toMatchObject([
        { audit_event: 'budget_override', attempted_tool: 'bot', justification: 'release day' },
        {
          audit_event: 'budget_refused',
          attempted_tool: 'bot',
          reason: expect.stringMatching(/^Budget exceeded.*yaml:/),
        },
      ]);
    }),
  );

  it(
    'cannot be exceeded by a nested call',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', paid('{ daily_usd: 0.4, limit: { type: hard } }'));
      rig.fake('bot-cli');
      const env = { LLM_ROUTER_PARENT_ID: '01M7Y55A3XZ8EQ8WQVFTY9NT52' };
      const forced = await rig.run(['exec', '--force', '--justification', 'x', 'hello'], { env });
      expect([forced.code, forced.stderr]).toEqual([
        77,
        expect.stringContaining('`--force` is refused inside a call'),
      ]);
      const refused = await rig.run(['exec', 'hello'], { env });
      expect([refused.code, refused.stderr.includes('--force')]).toEqual([79, false]);
    }),
  );

  it(
    'does not apply to tools not billed per token, which serve as fallback',
    rigged(async (rig) => {
      const config = paid('{ daily_usd: 0.4, limit: { type: hard } }', {
        agent: 'max_cost_usd: 0.5, fallback_chain: [own]',
        tool: '\n  own: { binary: own-cli, args: [], billing: free, output: { format: text } }',
      });
      rig.write('llm-router.yaml', config.replace('    \n  own', '  own'));
      rig.fake('bot-cli');
      rig.script('own-cli', [{ stdout: 'from own' }]);
      const { code, stdout } = await rig.run(['exec', 'hello']);
      expect([code, stdout]).toEqual([0, 'from own\n']);
    }),
  );

  it(
    'refuses a command without a cost limit and a model without a price, each with a way out',
    rigged(async (rig) => {
      rig.fake('bot-cli');
      const unpriced = paid(HARD_10).replace(/, cost_per_1m_tokens: .*$/m, ' }');
      rig.write('llm-router.yaml', unpriced);
      const noPrice = await rig.run(['exec', 'hello']);
      expect([noPrice.code, noPrice.stderr]).toEqual([
        79,
        expect.stringContaining(
          'hint: add `models: { big: { cost_per_1m_tokens: { input: …, output: … } } }` to the config',
        ),
      ]);
      rig.write(
        'llm-router.yaml',
        paid(HARD_10)
          .replace(', max_cost_usd: 0.5', '')
          .replace('default_agent: worker\n', '')
          .replace(/^agents:\n.*$/m, ''),
      );
      const noCap = await rig.run(['exec', '--tool', 'bot', 'hello']);
      expect([noCap.code, noCap.stderr]).toEqual([
        79,
        expect.stringContaining('hint: give `--max-cost`, or set `max_cost_usd`'),
      ]);
    }),
  );

  itInSoak(
    'settles an unknown cost to the whole reservation, and a rejected request to zero',
    rigged(async (rig) => {
      const failures = 'failures: [{ type: authentication, when: { exit_code: [7] } }]';
      rig.write('llm-router.yaml', paid('{ daily_usd: 1, limit: { type: hard } }', { tool: failures }));
      rig.script('bot-cli', [{ exit: 7 }, { stdout: costing(null) }, { stdout: costing(null) }]);
      const codes = [];
      for (const _ of [1, 2, 3, 4]) codes.push((await rig.run(['exec', 'hello'])).code);
      expect(codes).toEqual([69, 0, 0, 79]);
      expect(await today(rig)).toMatchObject({ cost_usd: 0, without_price: 3, held: { runs: 0 } });
      const told = 'invocations without a price: budgets count what was reserved, $1.00\n';
      expect((await rig.run(['stats'])).stdout).toContain(told);
      const others = await rig.run(['stats', '--agent', 'nobody', '--json']);
      expect(others.json()).toMatchObject({ unpriced: { counted_usd: 0 } });
    }),
  );

  it(
    'applies the cap of a request to all of its attempts together',
    rigged(async (rig) => {
      const config = paid(HARD_10, { agent: 'max_cost_usd: 0.5, fallback_chain: [second:big]' });
      rig.write(
        'llm-router.yaml',
        config.replace(
          'models:\n  big',
          '  second: { binary: second-cli, args: [], billing: api, models: [big], output: { format: text } }\nmodels:\n  big',
        ),
      );
      rig.script('bot-cli', [{ stdout: '{"cost":0.5}\n', exit: 1 }]);
      rig.fake('second-cli');
      const { json } = await rig.run(['exec', '--json', 'hello']);
      expect(json().attempts).toHaveLength(1);
      expect(json().plan.rejected).toMatchObject([
        {
          tool: 'second',
          reason: 'budget_exceeded',
          detail: expect.stringContaining('have used up the $0.50'),
        },
      ]);
    }),
  );
});

describe('a cap', () => {
  itInSoak(
    'that is exceeded with the answer loses no answer',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', paid(HARD_10));
      rig.script('bot-cli', [{ stdout: costing(0.7) }]);
      const { code, json } = await rig.run(['exec', '--json', 'hello']);
      expect([code, json().text, json().warnings]).toEqual([
        0,
        'done',
        ['`bot` cost $0.70, over the cap of $0.50'],
      ]);
      expect(await today(rig)).toMatchObject({ cost_usd: 0.7 });
    }),
  );
});

describe('a soft budget', () => {
  const SOFT = '{ daily_usd: 10, limit: { type: soft, threshold_percent: 80 } }';

  it(
    'warns in a pipe, with what the run may cost, and goes on',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', paid(SOFT));
      rig.script('bot-cli', [{ stdout: costing(8.1) }, { stdout: costing(0.1) }, { stdout: costing(0.1) }]);
      await rig.run(['exec', 'hello']);
      const { code, stdout, stderr } = await rig.run(['exec', 'hello']);
      expect([code, stdout]).toEqual([0, 'done\n']);
      expect(stderr).toBe(
        'warning: Daily spending at 81% of limit ($8.10 / $10.00)\nEstimated cost of this run: at most $0.50\n',
      );
      const events = await rig.run(['exec', '--format', 'ndjson', '-y', 'hello']);
      const told = events.stdout
        .split('\n')
        .filter((line) => line.includes('budget.warning'))
        .map((line) => JSON.parse(line));
      expect(told).toMatchObject([
        { type: 'budget.warning', limit: 'soft', percent: 82, spent_usd: 8.2, limit_usd: 10 },
      ]);
    }),
  );

  it(
    'never blocks',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', paid('{ daily_usd: 0.1 }', { agent: '' }));
      rig.script('bot-cli', [{ stdout: costing(5) }, { stdout: costing(5) }]);
      expect((await rig.run(['exec', 'hello'])).code).toBe(0);
      const { code, stderr } = await rig.run(['exec', 'hello']);
      expect([code, stderr]).toEqual([0, expect.stringContaining('at 5000% of limit')]);
    }),
  );
});

describe('an expensive run', () => {
  it(
    'needs a justification if the policy requires one, or a cap',
    rigged(async (rig) => {
      const config = paid('[]', {
        agent: 'max_cost_usd: 6',
        rest: '    require_justification_over_usd: 5\n',
      });
      rig.write('llm-router.yaml', config.replace('    budget: []\n', ''));
      rig.script('bot-cli', [{ stdout: costing(0.1) }, { stdout: costing(0.1) }]);
      const { code, stderr } = await rig.run(['exec', 'hello']);
      expect([code, stderr]).toEqual([
        79,
        expect.stringContaining(
          'this run may cost $6.00, and policy `default` requires a justification above $5.00',
        ),
      ]);
      expect((await rig.run(['exec', '--justification', 'an audit', 'hello'])).code).toBe(0);
      expect((await rig.run(['exec', '--max-cost', '5', 'hello'])).code).toBe(0);
    }),
  );
});

describe('the ledger', () => {
  itInSoak(
    'has a row of every run: 1500 in and 800 out at 10 and 30 USD per million are 0.039 USD',
    rigged(async (rig) => {
      const free = paid('[]').replace(/policies:[\s\S]*$/, '');
      rig.write('llm-router.yaml', free);
      rig.script('bot-cli', [{ stdout: '{"text":"hi","in":1500,"out":800}\n' }, { exit: 3 }]);
      await rig.run(['exec', 'hello']);
      await rig.run(['exec', 'hello']);
      const { stdout } = await rig.run(['stats', '--daily']);
      expect(
        stdout
          .split('\n')
          .slice(1, 7)
          .map((line) => line.trim()),
      ).toEqual([
        expect.stringMatching(/^invocations +2 +tokens +2,300$/),
        expect.stringMatching(/^cost +\$0\.039\+\? +average +\$0\.0195\+\?$/),
        'saved        $0.00 (0%) against the preferred models; 1 invocation cannot be compared',
        expect.stringMatching(/^latency +p50 .*, p95 /),
        'failures     1 (50%): provider_error 1',
        '1 invocation without a price',
      ]);
      expect(await today(rig)).toMatchObject({ total_tokens: 2300, cost_usd: 0.039, without_price: 1 });
      expect(rig.exists(`${rig.data}/llm-router/ledger.db`)).toBe(false);
      expect(rig.modeOf(`${rig.data}/llm-router/ledger.db.pending`)).toBe(0o700);
      expect(rig.modeOf(`${rig.data}/llm-router`)).toBe(0o700);
    }),
  );

  it(
    'that cannot be used fails only runs under a hard limit, with a hint',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', paid(HARD_10));
      rig.write(
        'damaged.db',
        'this is no database, and never was one, whatever its name may say'.repeat(100),
      );
      rig.write('soft.yaml', paid('{ daily_usd: 10 }'));
      rig.script('bot-cli', [{ stdout: costing(0.1) }, { stdout: costing(0.1) }]);
      const at = (file: string) => ({ env: { LLM_ROUTER_LEDGER: file } });
      for (const file of ['damaged.db', 'llm-router.yaml/ledger.db', '.']) {
        const { code, stderr } = await rig.run(['exec', 'hello'], at(file));
        expect([file, code, stderr]).toEqual([
          file,
          66,
          expect.stringMatching(
            /error: the ledger `.*, and the daily budget is hard \[input]\nhint: .*LLM_ROUTER_LEDGER/,
          ),
        ]);
      }
      const full = await rig.shell('ulimit -f 8; exec llm-router exec hello');
      expect([full.code, full.stderr]).toEqual([
        66,
        expect.stringContaining('cannot be used: disk I/O error'),
      ]);
      const soft = await rig.run(['exec', '--config', 'soft.yaml', 'hello'], at('damaged.db'));
      expect([soft.code, soft.stderr]).toEqual([
        0,
        expect.stringContaining('warning: this run is not recorded as it should be'),
      ]);
      const doctor = await rig.run(['doctor'], at('damaged.db'));
      expect([doctor.code, doctor.stdout]).toEqual([
        1,
        expect.stringMatching(
          /FAIL {2}spending +the ledger .* is damaged, or is no ledger\n +fix: move it away/,
        ),
      ]);
      const forced = await rig.run(['exec', '--force', '--justification', 'now', 'hello'], at('damaged.db'));
      expect(forced.code).toBe(0);
    }),
  );

  it(
    'follows `ledger.path` and LLM_ROUTER_LEDGER',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', paid(HARD_10, { rest: 'ledger: { path: money/own.db }\n' }));
      rig.script('bot-cli', [{ stdout: costing(0.1) }, { stdout: costing(0.1) }]);
      await rig.run(['exec', 'hello']);
      await rig.run(['exec', 'hello'], { env: { LLM_ROUTER_LEDGER: 'other.db' } });
      expect([rig.exists('money/own.db'), rig.exists('other.db')]).toEqual([true, true]);
    }),
  );

  it(
    'is shared by all nested calls',
    rigged(async (rig) => {
      const tool = 'env_inherit: [PATH]';
      rig.write('llm-router.yaml', paid(HARD_10, { tool, rest: 'ledger: { path: money/own.db }\n' }));
      const bot = rig.script('bot-cli', [{ stdout: costing(0.1) }]);
      await rig.run(['exec', 'hello']);
      expect(bot.calls[0]?.env.LLM_ROUTER_LEDGER).toBe(`${rig.project}/money/own.db`);
    }),
  );
});
