import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HAS_HOSTS, type Host, makeHost } from '../postgres/hosts.js';
import { HAS_POSTGRES, type PostgresServer, startServer, stop } from '../postgres/server.js';
import { type Rig, rigged } from '../rig/rig.js';
import { costing, paid } from './money.js';

const whereInstalled = HAS_POSTGRES && HAS_HOSTS ? describe : describe.skip;
const ON_EACH = 12;
const LONG = { deadlineMs: 110_000 };

whereInstalled('two hosts whose clocks are an hour apart', () => {
  let folder: string;
  let server: PostgresServer;
  let [early, late]: Host[] = [];
  let count = 0;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'llm-hosts-'));
    early = await makeHost(folder, { number: 1, name: 'early', clock: '-30m' });
    late = await makeHost(folder, { number: 2, name: 'late', clock: '+30m' });
    server = await startServer(folder, { listen_addresses: `127.0.0.1,${early.gateway},${late.gateway}` });
  });
  afterAll(async () => {
    await early?.powerOff();
    await late?.powerOff();
    stop(folder);
    rmSync(folder, { recursive: true, force: true });
  });

  /** A budget of a dollar for the team, and runs of at most `most` dollars that wait so long for the database. */
  const configure = (rig: Rig, most: number, wait = '2s'): void => {
    count += 1;
    const ledger = `{ url_env: TEAM_LEDGER_URL, schema: hosts_${count}, lease: 8s, connect_timeout: ${wait} }`;
    const budget = '{ scope: team, daily_usd: 1, limit: { type: hard } }';
    rig.write(
      'llm-router.yaml',
      paid(budget, { agent: `max_cost_usd: ${most}`, rest: `ledger: ${ledger}\n` }),
    );
  };
  const run = (rig: Rig, host: Host | undefined, ...args: string[]) => {
    if (host === undefined) throw new Error('there is no host');
    const env = {
      XDG_DATA_HOME: path.join(rig.home, host.gateway, 'data'),
      XDG_STATE_HOME: path.join(rig.home, host.gateway, 'state'),
      TEAM_LEDGER_URL: `postgres://owner@${host.gateway}:${server.port}/postgres`,
    };
    return rig.shell(`exec ${host.line(['llm-router', ...args])}`, { env });
  };
  /** Dollars that are used and reserved, as a host sees them. */
  const budgetAt = async (rig: Rig, host: Host | undefined): Promise<[used: number, reserved: number]> => {
    const { stdout } = await run(rig, host, 'budget', '--json');
    const [budget] = (JSON.parse(stdout) as { budgets: { used_usd: number; reserved_usd: number }[] })
      .budgets;
    return [budget?.used_usd ?? 0, budget?.reserved_usd ?? 0];
  };

  /** How far the clock of the database is ahead of that of a host. */
  const minutesBehind = async (rig: Rig, host: Host | undefined): Promise<number> => {
    const { stdout } = await run(rig, host, 'ledger', 'status', '--json');
    const status = JSON.parse(stdout) as { server: { clock_ahead_ms: number } };
    return Math.round(status.server.clock_ahead_ms / 60_000);
  };

  it(
    'let pass what fits, all at once',
    rigged(async (rig) => {
      configure(rig, 0.1, '1m');
      await run(rig, early, 'ledger', 'migrate');
      expect([await minutesBehind(rig, early), await minutesBehind(rig, late)]).toEqual([30, -30]);
      rig.script('bot-cli', Array(10).fill({ stdout: costing(0.1) }));
      const runs = Array.from({ length: 2 * ON_EACH }, (_, n) =>
        run(rig, n % 2 === 0 ? early : late, 'exec', 'hi'),
      );
      const codes = (await Promise.all(runs)).map(({ code }) => code);
      expect(codes.sort()).toEqual([...Array(10).fill(0), ...Array(2 * ON_EACH - 10).fill(79)]);
      expect([await budgetAt(rig, early), await budgetAt(rig, late)]).toEqual([
        [1, 0],
        [1, 0],
      ]);
    }, LONG),
  );

  it(
    'count once and correct what was spent while no answer arrived',
    rigged(async (rig) => {
      configure(rig, 0.5);
      const bot = rig.fake('bot-cli');
      const running = run(rig, early, 'exec', 'hi');
      const call = await bot.nextCall();
      early?.cutLink();
      call.stdout(costing(0.2));
      call.exit(0);
      const ended = await running;
      early?.mendLink();
      expect(ended).toMatchObject({ code: 0, stdout: 'done\n' });
      // Whatever is still to be recorded is taken in by the next run of that host.
      expect(await budgetAt(rig, early)).toEqual([0.2, 0]);
      expect(await budgetAt(rig, late)).toEqual([0.2, 0]);
    }, LONG),
  );

  it(
    'hold what a host had reserved that lost its power, for one lease by the clock of the database',
    rigged(async (rig) => {
      configure(rig, 0.5);
      const bot = rig.fake('bot-cli');
      const lost = run(rig, early, 'exec', 'hi');
      await bot.nextCall();
      await early?.powerOff();
      expect((await lost).code).not.toBe(0);
      expect(await budgetAt(rig, late)).toEqual([0, 0.5]);
      while ((await budgetAt(rig, late))[1] > 0);
      expect(await budgetAt(rig, late)).toEqual([0.5, 0]);
    }, LONG),
  );
});
