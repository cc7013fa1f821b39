import { describe, expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';

/** Three agents on a mock whose models cost $0.10, $0.05 and $0.045 a run of 2,500 tokens. */
const TEAM = `version: 1
agents:
  architect: { preferred_tool: lab, preferred_model: gpt-5 }
  backend-dev: { preferred_tool: lab, preferred_model: sonnet }
  scribe: { preferred_tool: lab, preferred_model: sonnet, task_types: { note: flash } }
tools:
  lab:
    kind: mock
    billing: api
    models: [gpt-5, sonnet, flash]
    responses: [{ text: done, usage: { input_tokens: 2000, output_tokens: 500 } }]
models:
  gpt-5: { provider: a, id: gpt-5, cost_per_1m_tokens: { input: 25, output: 100 } }
  sonnet: { provider: b, id: sonnet, cost_per_1m_tokens: { input: 12.5, output: 50 } }
  flash: { provider: c, id: flash, cost_per_1m_tokens: { input: 10, output: 50 } }
`;

/** Runs by agent and model: 50 in all. */
const RUNS: [count: number, args: string][] = [
  [16, '-a architect'],
  [4, '-a architect --model sonnet'],
  [4, '-a backend-dev --model gpt-5'],
  [14, '-a backend-dev'],
  [2, '-a scribe'],
  [10, '-a scribe -t note'],
];

describe('stats', () => {
  it(
    'sums fifty runs exactly, with the savings against the preferred models',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM);
      const commands = RUNS.flatMap(([count, args]) =>
        Array.from({ length: count }, () => `llm-router exec ${args} --no-stdin hi`),
      );
      // Five at once, as a team would.
      const waves = commands.map((command, index) => `${command} &${index % 5 === 4 ? ' wait' : ''}`);
      await rig.shell(`${waves.join('\n')}\nwait`);
      const { code, stdout } = await rig.run(['stats', '--daily']);
      expect(code).toBe(0);
      const lines = stdout.trimEnd().split('\n');
      expect(lines[0]).toMatch(/^Daily usage \d{4}-\d\d-\d\d \(UTC\)$/);
      expect(lines.slice(1, 4)).toEqual([
        '  invocations  50       tokens   125,000',
        '  cost         $3.45    average  $0.069',
        // 14 notes and loans: 10 x (0.05 - 0.045), 4 x (0.10 - 0.05), 4 x (0.05 - 0.10)
        '  saved        $0.05 (1%) against the preferred models',
      ]);
      expect(lines.slice(5)).toEqual([
        '',
        'By agent                        By model',
        '  architect    20  $1.80  52%     gpt-5   20  $2.00  58%',
        '  backend-dev  18  $1.10  32%     sonnet  20  $1.00  29%',
        '  scribe       12  $0.55  16%     flash   10  $0.45  13%',
        '',
        'By tool',
        '  lab  50  $3.45  100%',
      ]);
      const { total } = JSON.parse((await rig.run(['stats', '--json'])).stdout);
      expect(total).toMatchObject({
        invocations: 50,
        total_tokens: 125_000,
        cost_usd: 3.45,
        saved_usd: 0.05,
      });
    }),
  );

  it(
    'keeps past sums when a run removes old rows after its answer',
    rigged(async (rig) => {
      rig.write(
        'llm-router.yaml',
        `${TEAM}ledger: { retention_days: 1 }\npolicies: { default: { budget: { daily_usd: 9 } } }\n`,
      );
      await rig.run(['exec', '-a', 'architect', '--session', 's', 'hi']);
      const sums = () => rig.run(['stats', '--since', '2020-01-01', '--json']);
      // Dates the rows back, since the rig cannot change the clock.
      const { openDatabase } = await import('../../src/ledger/sqlite.js');
      const db = await openDatabase(`${rig.data}/llm-router/ledger.db`);
      for (const table of ['invocations', 'attempts', 'daily_usage', 'daily_latencies'])
        db?.run(`UPDATE ${table} SET day = '2026-01-01'`);
      db?.run("UPDATE upkeep SET looked_on = ''");
      db?.close();
      const before = JSON.parse((await sums()).stdout);
      await rig.run(['exec', '-a', 'architect', 'hi']);
      const sessions = await rig.run([
        'stats',
        '--since',
        '2020-01-01',
        '--by',
        'session',
        '--format',
        'csv',
      ]);
      expect(sessions.stdout.split('\n').length).toBe(3);
      const after = JSON.parse((await sums()).stdout);
      expect(before.total.cost_usd).toBe(0.1);
      expect(after.total).toMatchObject({ invocations: 2, cost_usd: 0.2, total_tokens: 5000 });
      expect(after.tables[0].rows[0]).toEqual(before.tables[0].rows[0]);
      expect(after.rows_since).toMatch(/^\d{4}-\d\d-\d\d$/);
    }),
  );
});

describe('audit', () => {
  it(
    'lists a missing key, a refused budget, an override and a forbidden model, newest first',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', RULES);
      rig.script('bot-cli', [{ stdout: '{"text":"ok"}\n' }]);
      const run = (...args: string[]) => rig.run(['exec', '--source-agent', 'lead', ...args, 'hi']);
      expect((await run('-a', 'keyless')).code).toBe(69);
      expect((await run('-a', 'subject', '--max-cost', '2')).code).toBe(79);
      expect((await run('-a', 'subject', '--max-cost', '2', '--force', '--justification', 'fix')).code).toBe(
        0,
      );
      expect((await run('-a', 'subject', '--model', 'secret')).code).toBe(77);
      expect((await run('-a', 'keyless', '--dry-run')).code).toBe(69);
      const { stdout } = await rig.run(['audit', '--json']);
      expect(JSON.parse(stdout)).toMatchObject([
        {
          audit_event: 'governance_violation',
          severity: 'high',
          attempted_model: 'secret',
          source_agent: 'lead',
        },
        { audit_event: 'budget_override', severity: 'high', justification: 'fix' },
        { audit_event: 'budget_refused', severity: 'warning', attempted_tool: 'bot', agent: 'subject' },
        {
          audit_event: 'missing_api_key',
          severity: 'critical',
          attempted_tool: 'keyed',
          reason: expect.stringMatching(
            /^`KEYED_TOKEN` is not set, and tool `keyed` needs it \(llm-router\.yaml:/,
          ),
        },
      ]);
      const table = await rig.run(['audit', '--last', '2', '--since', '1h']);
      expect(table.stdout.split('\n').map((line) => line.split(/ {2,}/).slice(1, 5))).toEqual([
        ['EVENT', 'SEVERITY', 'AGENT', 'ATTEMPTED'],
        ['governance_violation', 'high', 'subject', 'bot:secret'],
        ['budget_override', 'high', 'subject', 'bot:big'],
        [],
      ]);
      expect((await rig.run(['audit', '--since', 'never'])).code).toBe(64);
    }),
  );

  it(
    'names the searched file when there is nothing, and skips unreadable lines',
    rigged(async (rig) => {
      const none = await rig.run(['audit']);
      expect([none.code, none.stdout, none.stderr]).toEqual([
        0,
        '',
        `no entries in ${rig.state}/llm-router/audit.jsonl\n`,
      ]);
      rig.write(`${rig.state}/llm-router/audit.jsonl`, 'half a li\n');
      expect((await rig.run(['audit', '--json'])).stderr).toContain('warning: 1 line of ');
    }),
  );
});

const RULES = `version: 1
agents:
  keyless: { preferred_tool: keyed }
  subject: { preferred_tool: bot, preferred_model: big }
tools:
  keyed: { binary: bot-cli, args: [], env_required: [KEYED_TOKEN] }
  bot:
    binary: bot-cli
    args: ['{model}']
    billing: api
    models: [big, secret]
    output: { format: json, text: /text }
models:
  big: { provider: acme, id: big-1, cost_per_1m_tokens: { input: 10, output: 30 } }
  secret: { provider: acme, id: secret-1 }
policies:
  default:
    budget: { daily_usd: 1, per_request_usd: 3, limit: { type: hard } }
    governance: { denied_models: [secret] }
`;
