import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { CuttingProxy } from '../postgres/proxy.js';
import { HAS_POSTGRES, type PostgresServer, postgresServer, sql } from '../postgres/server.js';
import { type Rig, rigged } from '../rig/rig.js';
import { costing } from './money.js';

const whereInstalled = HAS_POSTGRES ? describe : describe.skip;

/** Two tools, one of which may be at its limit, under a hard budget of the team, in a schema of its own. */
const config = (schema: string, more = ''): string => `version: 1
default_agent: worker
agents: { worker: { preferred_tool: bot, preferred_model: big, fallback_chain: [spare], max_cost_usd: 0.5 } }
tools:
  bot:
    binary: bot-cli
    args: []
    billing: api
    models: [big]
    output: { format: ndjson, text: /text, cost_usd: { pointer: /cost, take: last } }
    failures: [{ type: quota, when: { stderr: used up }, retry_after: 'again in (?<time>\\S+)' }]
    ${more}
  spare: { binary: spare-cli, args: [] }
models: { big: { provider: acme, id: big-1, cost_per_1m_tokens: { input: 10, output: 30 } } }
policies:
  default:
    budget: { scope: team, daily_usd: 10, limit: { type: hard } }
    governance: { allowed_tools: [bot, spare] }
ledger: { url_env: TEAM_LEDGER_URL, schema: ${schema}, connect_timeout: 1h }
`;

/** Variables of a host that shares nothing with others but the database. */
const host = (rig: Rig, name: string, port: number): Record<string, string> => ({
  XDG_DATA_HOME: path.join(rig.home, name, 'data'),
  XDG_STATE_HOME: path.join(rig.home, name, 'state'),
  TEAM_LEDGER_URL: `postgres://owner@127.0.0.1:${port}/postgres`,
});

const newSchema = (): string => `commands_${randomBytes(6).toString('hex')}`;

whereInstalled('a ledger that two hosts write', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await postgresServer();
  });

  it(
    'is reported the same on both, by every command that reads it',
    rigged(async (rig) => {
      const schema = newSchema();
      rig.write('llm-router.yaml', config(schema));
      rig.script('bot-cli', [
        { stdout: costing(0.25) },
        { stdout: costing(0.5) },
        { stderr: 'used up, again in 2h\n', exit: 1 },
        { stdout: costing(0.125) },
      ]);
      rig.script('spare-cli', [{ stdout: 'spared' }]);
      const [one, two] = [host(rig, 'one', server.port), host(rig, 'two', server.port)];
      const documents = async (...args: string[]): Promise<unknown[]> => {
        const shown: unknown[] = [];
        for (const env of [one, two]) {
          const { code, stdout, stderr } = await rig.run([...args, '--json'], { env });
          expect([code, stderr]).toEqual([0, '']);
          shown.push(JSON.parse(stdout));
        }
        return shown;
      };
      const exec = async (env: Record<string, string>, ...more: string[]) =>
        (await rig.run(['exec', '--no-stdin', ...more, 'hi'], { env })).code;
      expect(await exec(one, '--tag', 'job=a')).toBe(0);
      expect(await exec(two, '--tag', 'job=b')).toBe(0);
      // The tool reaches its limit on the first host: none starts it any more.
      expect(await exec(one)).toBe(0);
      const doctor = await rig.run(['doctor'], { env: two });
      expect(doctor.stdout).toMatch(/warn {2}bot big +cooling down until .*usage limit/);
      expect(await exec(two, '--tool', 'bot', '--no-fallback')).not.toBe(0);
      const cleared = await rig.run(['doctor', '--clear-cooldowns'], { env: two });
      expect([cleared.code, cleared.stdout + cleared.stderr]).toEqual([
        0,
        expect.stringContaining('1 cooldown'),
      ]);
      expect((await rig.run(['doctor'], { env: one })).stdout).not.toContain('cooling down');
      expect(await exec(one)).toBe(0);
      // A refusal on one host is in the audit log of the other.
      expect(await exec(two, '--tool', 'mock')).not.toBe(0);
      for (const shown of await documents('stats'))
        expect(shown).toMatchObject({ total: { invocations: 6, cost_usd: 0.875 } });
      for (const shown of await documents('stats', '--by', 'tag:job'))
        expect(shown).toMatchObject({
          tables: [
            {
              rows: expect.arrayContaining([
                expect.objectContaining({ 'tag:job': 'a', cost_usd: 0.25 }),
                expect.objectContaining({ 'tag:job': 'b', cost_usd: 0.5 }),
              ]),
            },
          ],
        });
      for (const shown of await documents('audit'))
        expect(shown).toEqual([expect.objectContaining({ attempted_tool: 'mock', agent: 'worker' })]);
      for (const shown of await documents('ledger', 'status'))
        expect(shown).toMatchObject({ invocations: 6, pending: 0, trouble: null, server: { schema } });
    }),
  );

  it(
    'is not waited for by a run that is asked to end while it waits for a slot',
    rigged(async (rig) => {
      const schema = newSchema();
      rig.write('llm-router.yaml', config(schema, 'concurrency: 1'));
      const bot = rig.fake('bot-cli');
      const holder = rig.start(['exec', '--no-stdin', 'hi'], { env: host(rig, 'one', server.port) });
      const call = await bot.nextCall();
      const slots = () => sql(server, `SELECT state FROM ${schema}.slots ORDER BY place`);
      for (const [signal, code] of [
        ['SIGINT', 130],
        ['SIGTERM', 143],
      ] as const) {
        // A database that answers gives the place in the queue back; one that falls silent is left.
        for (const falls of ['awake', 'silent'] as const) {
          const proxy = new CuttingProxy(server.port);
          const env = host(rig, 'two', await proxy.listen());
          const waiter = rig.start(['exec', '--no-stdin', '--no-fallback', 'hi'], { env });
          await waiter.waitFor('waiting for a slot of bot');
          if (falls === 'silent') proxy.freeze();
          waiter.kill(signal);
          expect([falls, (await waiter.done).code]).toEqual([falls, code]);
          if (falls === 'awake') expect(slots()).toBe('running');
          proxy.close();
          sql(server, `DELETE FROM ${schema}.slots WHERE state = 'waiting'`);
        }
      }
      call.stdout(costing(0.25));
      call.exit(0);
      expect((await holder.done).code).toBe(0);
      expect(slots()).toBe('');
    }),
  );
});
