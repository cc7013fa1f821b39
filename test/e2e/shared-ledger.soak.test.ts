import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { CuttingProxy } from '../postgres/proxy.js';
import { freePort, HAS_POSTGRES, postgresServer } from '../postgres/server.js';
import { SilentServer } from '../postgres/silent.js';
import { type Rig, rigged } from '../rig/rig.js';
import { costing, paid } from './money.js';

const whereInstalled = HAS_POSTGRES ? describe : describe.skip;

const PASSWORD = 'open-Sesame-1';

/** A config whose ledger is in a schema of its own on the server of the run, under a hard budget of the team. */
const teamConfig = (budget: string, more = ''): string =>
  paid(budget, {
    rest: `ledger: { url_env: TEAM_LEDGER_URL, schema: e2e_${randomBytes(6).toString('hex')}, connect_timeout: 2s${more} }\n`,
  });

const TEAM_1 = '{ scope: team, daily_usd: 1, limit: { type: hard } }';

/** Variables of a machine that shares nothing with others but the database. */
const machine = (rig: Rig, name: string, port: number): Record<string, string> => ({
  XDG_DATA_HOME: path.join(rig.home, name, 'data'),
  XDG_STATE_HOME: path.join(rig.home, name, 'state'),
  TEAM_LEDGER_URL: `postgres://owner:${PASSWORD}@127.0.0.1:${port}/postgres`,
});

whereInstalled('a ledger that several machines share', () => {
  let port: number;
  beforeAll(async () => {
    ({ port } = await postgresServer());
  });

  /** A port where nothing listens until the proxy does. */
  const laterServer = async () => ({ proxy: new CuttingProxy(port), at: await freePort() });

  it(
    'holds one budget for all of them',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', teamConfig(TEAM_1));
      const bot = rig.script('bot-cli', [{ stdout: costing(0.5) }, { stdout: costing(0.5) }]);
      const [one, two] = [machine(rig, 'one', port), machine(rig, 'two', port)];
      expect((await rig.run(['exec', 'hello'], { env: one })).code).toBe(0);
      expect((await rig.run(['exec', 'hello'], { env: two })).code).toBe(0);
      const third = await rig.run(['exec', 'hello'], { env: one });
      expect([third.code, third.stderr]).toEqual([
        79,
        expect.stringContaining('$1.00 of the daily $1.00 of the team is used'),
      ]);
      const shown = JSON.parse((await rig.run(['stats', '--json'], { env: two })).stdout);
      expect(shown.total).toMatchObject({ invocations: 3, cost_usd: 1 });
      const budget = JSON.parse((await rig.run(['budget', '--json'], { env: two })).stdout);
      expect(budget.budgets).toEqual([expect.objectContaining({ scope: 'team', used_usd: 1, left_usd: 0 })]);
      // A tool gets the place of the ledger, so that its nested runs count there, and no password.
      expect(bot.calls[0]?.env.LLM_ROUTER_LEDGER).toMatch(
        new RegExp(`^postgres://owner@127\\.0\\.0\\.1:${port}/postgres\\?schema=e2e_`),
      );
      expect(holding(rig.home, PASSWORD)).toEqual([]);
    }),
  );

  it(
    'is done without where no limit applies, and gets the records once it is back',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', teamConfig('{ scope: team, daily_usd: 1 }').replace(/^ *budget:.*$/m, ''));
      rig.script('bot-cli', [{ stdout: costing(0.1) }]);
      const { proxy, at } = await laterServer();
      const env = machine(rig, 'one', at);
      const run = await rig.run(['exec', 'hello'], { env });
      expect([run.code, run.stderr]).toEqual([
        0,
        expect.stringMatching(/warning: the ledger `postgres:\/\/owner@127.* cannot be reached: .*kept/),
      ]);
      expect(run.stderr).not.toContain(PASSWORD);
      // The same database by another spelling and with another password.
      const again = {
        ...env,
        PGPORT: String(at),
        TEAM_LEDGER_URL: 'postgresql://owner:Other-1@localhost/postgres?sslmode=disable',
      };
      await proxy.listen(at);
      for (const _ of [1, 2]) {
        const shown = JSON.parse((await rig.run(['stats', '--json'], { env: again })).stdout);
        expect(shown.total).toMatchObject({ invocations: 1, cost_usd: 0.1 });
      }
      proxy.close();
    }),
  );

  it(
    'refuses a run under a hard limit while it is away, and says why',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', teamConfig(TEAM_1));
      rig.script('bot-cli', []);
      const run = await rig.run(['exec', 'hello'], { env: machine(rig, 'one', 1) });
      expect([run.code, run.stderr]).toEqual([
        66,
        expect.stringMatching(
          /^error: the ledger `postgres:\/\/owner@.* cannot be reached: .* and the daily budget is hard/,
        ),
      ]);
      const unset = await rig.run(['exec', 'hello']);
      expect([unset.code, unset.stderr]).toEqual([
        66,
        expect.stringContaining('`TEAM_LEDGER_URL` is not set'),
      ]);
      const none = await rig.run(['exec', 'hello'], { env: { TEAM_LEDGER_URL: 'dummy-Secret' } });
      expect([none.code, none.stderr]).toEqual([
        66,
        expect.stringMatching(/^error: the URL of the ledger does not begin with `postgres:\/\/`,/),
      ]);
    }),
  );

  it(
    'that accepts connections and never answers is asked once by a run',
    rigged(async (rig) => {
      const silent = new SilentServer();
      const env = machine(rig, 'one', await silent.listen());
      rig.script('bot-cli', []);
      try {
        rig.write(
          'llm-router.yaml',
          teamConfig(TEAM_1).replace('connect_timeout: 2s', 'connect_timeout: 1s'),
        );
        const run = await rig.run(['exec', 'hello'], { env });
        expect([run.code, run.stderr, silent.count]).toEqual([
          66,
          expect.stringContaining('cannot be reached: no answer in time, and the daily budget is hard'),
          1,
        ]);
        rig.write(
          'llm-router.yaml',
          teamConfig(TEAM_1).replace('connect_timeout: 2s', 'connect_timeout: 1h'),
        );
        for (const signal of ['SIGINT', 'SIGTERM'] as const) {
          const connected = silent.connected();
          const running = rig.start(['exec', 'hello'], { env });
          await connected;
          running.kill(signal);
          expect((await running.done).code).toBe(signal === 'SIGINT' ? 130 : 143);
        }
        expect((await rig.run(['exec', '--timeout', '1s', 'hello'], { env })).code).toBe(124);
      } finally {
        silent.close();
      }
    }),
  );

  it(
    'gets the records of runs that cost nothing once it is back, also under a hard limit',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', teamConfig(TEAM_1));
      rig.script('bot-cli', []);
      const { proxy, at } = await laterServer();
      const env = machine(rig, 'one', at);
      const run = await rig.run(['exec', '--tool', 'mock', 'hello'], { env });
      expect([run.code, run.stderr]).toEqual([
        0,
        expect.stringMatching(
          /^warning: the ledger .* cannot be reached: .*; the record of this run is kept/,
        ),
      ]);
      const other = await rig.run(['ledger', 'status'], { env: machine(rig, 'one', port) });
      const named = `postgres://localhost:${at}/postgres?schema=e2e_`;
      expect(other.stdout).toContain(`2 records for ${named}`);
      expect(other.stdout).toContain(`LLM_ROUTER_LEDGER='${named}`);
      await proxy.listen(at);
      const shown = JSON.parse((await rig.run(['stats', '--json'], { env })).stdout);
      expect(shown.total).toMatchObject({ invocations: 1 });
      proxy.close();
    }),
  );

  it(
    'is done without by `fail_open` under a hard limit, and gets what was spent once it is back',
    rigged(async (rig) => {
      const config = teamConfig(TEAM_1.replace('daily_usd: 1', 'daily_usd: 10')).replace(
        /^( *)budget:/m,
        '$1fail_open: { up_to_usd: 1 }\n$1budget:',
      );
      rig.write('llm-router.yaml', config);
      rig.script('bot-cli', [{ stdout: costing(0.1) }, { stdout: costing(0.5) }]);
      const { proxy, at } = await laterServer();
      const env = machine(rig, 'one', at);
      const run = await rig.run(['exec', '--json', 'hello'], { env });
      expect([run.code, run.stderr]).toEqual([
        0,
        expect.stringMatching(/cannot be reached: .*; this run went on by `fail_open` of policy `default`/),
      ]);
      expect(JSON.parse(run.stdout).allowance).toMatchObject({ policy: 'default', up_to_usd: 1 });
      expect((await rig.run(['trace', 'show', 'last'], { env })).stdout).toContain(
        'this run went on by `fail_open`',
      );
      expect((await rig.run(['exec', 'hello'], { env })).code).toBe(0);
      const third = await rig.run(['exec', 'hello'], { env });
      expect([third.code, third.stderr]).toEqual([
        66,
        expect.stringContaining('allows $1.00 until it is back, of which $0.60 is used'),
      ]);
      const pending = async (more: Record<string, string>): Promise<unknown> => {
        const { stdout } = await rig.run(['ledger', 'status', '--json'], { env: { ...env, ...more } });
        return JSON.parse(stdout);
      };
      expect(
        await pending({ LLM_ROUTER_LEDGER: path.join(rig.home, 'one/data/llm-router/ledger.db') }),
      ).toMatchObject({
        pending: 0,
        pending_for_others: [{ pending: 2 }],
      });
      await proxy.listen(at);
      expect(await pending({})).toMatchObject({ pending: 2, pending_for_others: [] });
      for (const _ of [1, 2]) {
        const shown = JSON.parse((await rig.run(['stats', '--json'], { env })).stdout);
        expect(shown.total).toMatchObject({ invocations: 2, attempts: 2, cost_usd: 0.6 });
      }
      proxy.close();
    }),
  );

  it(
    'gets the runs that were made before its variable was set, or while that held no URL',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', teamConfig(TEAM_1.replace('hard', 'soft')));
      rig.script('bot-cli', [{ stdout: costing(0.1) }, { stdout: costing(0.2) }]);
      const env = machine(rig, 'one', port);
      const without = { ...env, TEAM_LEDGER_URL: '' };
      const first = await rig.run(['exec', 'hello'], { env: without });
      expect([first.code, first.stderr]).toEqual([
        0,
        expect.stringMatching(/ is not set; no limit is checked, and the record of this run is kept until/),
      ]);
      const typo = { ...env, TEAM_LEDGER_URL: 'dummy-Secret' };
      expect((await rig.run(['exec', 'hello'], { env: typo })).code).toBe(0);
      const unset = await rig.run(['ledger', 'status'], { env: without });
      expect([unset.code, unset.stdout]).toEqual([
        66,
        expect.stringMatching(/^ledger +unknown\npending +\d records on this machine\n$/),
      ]);
      expect(unset.stderr).toContain("hint: set it: `export TEAM_LEDGER_URL='postgres://");
      const own = { ...env, LLM_ROUTER_LEDGER: path.join(rig.home, 'one/data/llm-router/ledger.db') };
      expect((await rig.run(['ledger', 'status'], { env: own })).stdout).toContain(
        'for the database of `TEAM_LEDGER_URL`, whose next `llm-router stats` sends them',
      );
      const shown = JSON.parse((await rig.run(['stats', '--json'], { env })).stdout);
      expect(shown.total).toMatchObject({ invocations: 2, attempts: 2 });
      expect(shown.total.cost_usd).toBeCloseTo(0.3);
      const done = JSON.parse((await rig.run(['ledger', 'status', '--json'], { env })).stdout);
      expect(done).toMatchObject({ pending: 0, pending_for_others: [] });
    }),
  );

  it(
    'is never taken for a path',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', paid(TEAM_1));
      rig.script('bot-cli', []);
      const env = { LLM_ROUTER_LEDGER: `mysql://me:${PASSWORD}@db/x` };
      const run = await rig.run(['exec', 'hello'], { env });
      expect([run.code, run.stderr]).toEqual([
        78,
        expect.stringContaining('`mysql://me@db/x` does not begin'),
      ]);
      expect(readdirSync(rig.project)).toEqual(['llm-router.yaml']);
      rig.write(
        'llm-router.yaml',
        paid(TEAM_1, { rest: `ledger: { url: "mysql://me:${PASSWORD}@db/x" }\n` }),
      );
      const configured = await rig.run(['exec', 'hello']);
      expect([configured.code, configured.stderr]).toEqual([78, expect.stringContaining('llm-router.yaml:')]);
      expect(run.stderr + configured.stderr).not.toContain(PASSWORD);
    }),
  );
});

/** The files below a folder that hold a text. */
function holding(folder: string, text: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return holding(file, text);
    return entry.isFile() && readFileSync(file, 'latin1').includes(text) ? [file] : [];
  });
}
