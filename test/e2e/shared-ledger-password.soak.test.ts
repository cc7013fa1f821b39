import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { HAS_POSTGRES, postgresServer } from '../postgres/server.js';
import { rigged } from '../rig/rig.js';
import { costing, paid } from './money.js';

const whereInstalled = HAS_POSTGRES ? describe : describe.skip;

const PASSWORD = 'open-Sesame-1';

const SCHEMA = `password_${randomBytes(6).toString('hex')}`;
const CONFIG = paid('{ scope: team, daily_usd: 1, limit: { type: hard } }', {
  rest: `ledger: { url_env: TEAM_LEDGER_URL, schema: ${SCHEMA} }\n`,
});

whereInstalled('a ledger that several machines share', () => {
  it(
    'shows its password nowhere, whatever is wrong',
    rigged(
      async (rig) => {
        const { port } = await postgresServer();
        rig.write('llm-router.yaml', CONFIG);
        const bot = rig.script('bot-cli', [{ stdout: costing(0.1) }]);
        const url = (rest: string): string => `postgres://owner:${PASSWORD}@${rest}`;
        const said: string[] = [];
        const tell = async (TEAM_LEDGER_URL: string, ...commands: string[]): Promise<void> => {
          for (const command of commands) {
            const { stdout, stderr } = await rig.run(command.split(' '), { env: { TEAM_LEDGER_URL } });
            said.push(`${command}: ${stdout}${stderr}`);
          }
        };
        const all = [
          'exec -vv hi',
          'doctor',
          'ledger status --json',
          'stats',
          'trace show last',
          'config show',
        ];
        await tell(
          url(`127.0.0.1:${port}/postgres`),
          ...all,
          'doctor --json',
          'ledger import',
          'budget --json',
        );
        await tell(
          url('127.0.0.1:1/postgres'),
          'exec -vv --json hi',
          'doctor',
          'ledger status',
          'ledger migrate',
        );
        await tell(url(`127.0.0.1:${port}/none`), 'exec --log-format json -v hi', 'ledger status');
        await tell(url(`127.0.0.1:${port}/postgres?sslmode=require`), 'exec hi', 'ledger status');
        await tell(url(`127.0.0.1:${port}/postgres?sslmod=on`), 'exec hi', 'doctor', 'ledger status --json');
        await tell(url('127.0.0.1:x/postgres'), 'exec hi', 'doctor', 'ledger status --json');
        await tell(
          `postgres://owner@127.0.0.1:1/x?password=${PASSWORD}`,
          'exec -vv hi',
          'ledger status',
          'doctor',
        );
        expect(said.filter((one) => one.includes(PASSWORD) || one.includes('Sesame'))).toEqual([]);
        expect([holding(rig.home, 'Sesame'), holding(rig.project, 'Sesame')]).toEqual([[], []]);
        const [call] = bot.calls;
        expect(JSON.stringify([call?.argv, call?.stdin, call?.env.LLM_ROUTER_LEDGER])).not.toContain(
          'Sesame',
        );
      },
      { deadlineMs: 100_000 },
    ),
  );

  it.each([
    ['the variable of `url_env`', { TEAM_LEDGER_URL: 'URL' }, CONFIG],
    ['`LLM_ROUTER_LEDGER`', { LLM_ROUTER_LEDGER: 'URL?schema=NAME' }, 'version: 1\n'],
    ['`url`', {}, CONFIG.replace('url_env: TEAM_LEDGER_URL', "url: 'URL'")],
  ])('shows host and database of a URL without a password in %s', (_, named, config) =>
    rigged(async (rig) => {
      const { port } = await postgresServer();
      const url = `postgres://owner@127.0.0.1:${port}/postgres`;
      const filled = (text: string): string => text.replace('URL', url).replace('NAME', SCHEMA);
      rig.write('llm-router.yaml', config.includes("'URL'") ? filled(config) : config);
      const variables = Object.entries(named).map(([name, value]) => [name, filled(value)]);
      const env = { PGPASSWORD: PASSWORD, ...Object.fromEntries(variables) };
      const status = await rig.run(['ledger', 'status'], { env });
      expect(status.stdout).toMatch(`ledger    ${url}?schema=${SCHEMA}\n`);
      const doctor = await rig.run(['doctor'], { env });
      expect(doctor.stdout).toContain(`spending       ${url}?schema=${SCHEMA}, PostgreSQL`);
      expect(status.stdout + doctor.stdout).not.toContain('Sesame');
    })(),
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
