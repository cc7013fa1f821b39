import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { ROOT } from '../architecture/imports.js';
import {
  HAS_POSTGRES,
  type PostgresServer,
  postgresPrograms,
  postgresServer,
  sql,
} from '../postgres/server.js';
import { type Rig, rigged } from '../rig/rig.js';
import { installProgram, preparePrograms } from './guide.js';
import { blocksOf, filesOf, readPage } from './screens.js';

const PAGE = 'docs/teams.md';

/** Writes what the commands print into the page instead of comparing. */
const WRITES = process.env.LLM_ROUTER_WRITE_PAGES === '1';

const HOST = 'db.example:5432';

/** A command of the page in one of its shells, and what it shows. */
interface ShellStep {
  shell: string;
  command: string;
  shown: string;
}

function stepsOfShells(markdown: string): ShellStep[] {
  const screens = blocksOf(markdown).filter(({ language, text }) => language === '' && /^\w+\$ /.test(text));
  return screens.flatMap(({ text }) =>
    text.split(/^(?=\w+\$ )/m).map((part) => {
      const [head = '', ...shown] = part.replace(/\n$/, '').split('\n');
      const [, shell = '', command = ''] = /^(\w+)\$ (.*)$/.exec(head) ?? [];
      return { shell, command, shown: shown.join('\n') };
    }),
  );
}

/** What differs between servers and runs. */
function normalised(text: string): string {
  return text
    .replace(/PostgreSQL [\d.]+/g, 'PostgreSQL <version>')
    .replace(/version \d+/g, 'version <number>')
    .replace(/answers in \d+ ms/g, 'answers in <time>')
    .replace(/[\d,.]+ [KM]iB/g, '<size>')
    .replace(/\d\d:\d\d UTC on \d{4}-\d\d-\d\d/g, '<moment>')
    .replace(/ +$/gm, '');
}

const whereInstalled = HAS_POSTGRES ? describe : describe.skip;

whereInstalled('the page on a shared ledger', () => {
  let server: PostgresServer | null = null;
  afterAll(() => {
    if (server !== null) clear(server);
  });

  it(
    'shows what its commands print, on a real server',
    rigged(
      async (rig) => {
        server = await postgresServer();
        clear(server);
        let page = readPage(PAGE);
        const files = filesOf(page);
        const setUp = rig.write('setup.sql', files.get('setup.sql') ?? '');
        const made = spawnSync(
          path.join(postgresPrograms() ?? '', 'psql'),
          ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', server.url, '-f', setUp],
          { encoding: 'utf8' },
        );
        expect(made.stderr).toBe('');
        rig.write('llm-router.yaml', files.get('llm-router.yaml') ?? '');
        preparePrograms(rig);
        installProgram(rig, 'claude', 'dear');
        const steps = stepsOfShells(page);
        expect(steps.length).toBeGreaterThan(9);
        const environments = new Map<string, Record<string, string>>();
        await earlierRun(rig, homeOf(rig, 'laptop'));
        for (const { shell, command, shown } of steps) {
          const home = homeOf(rig, shell);
          const env = environments.get(shell) ?? {};
          environments.set(shell, env);
          const exported = /^export (\w+)='(.*)'$/.exec(command);
          if (exported !== null) {
            env[exported[1] ?? ''] = (exported[2] ?? '').replace(HOST, `127.0.0.1:${server.port}`);
            continue;
          }
          const { stdout } = await rig.shell(`{ ${command}\n} 2>&1`, {
            env: { ...env, ...ownFolders(home) },
          });
          const screen = stdout
            .trimEnd()
            .replaceAll(`127.0.0.1:${server.port}`, HOST)
            .replaceAll(home, '~')
            .replace(/ +$/gm, '');
          if (WRITES)
            page = page.replace(
              `${shell}$ ${command}\n${shown}`,
              () => `${shell}$ ${command}\n${shown === '' ? `${screen}\n` : screen}`,
            );
          else expect([shell, command, normalised(screen)]).toEqual([shell, command, normalised(shown)]);
        }
        if (WRITES) writeFileSync(path.join(ROOT, PAGE), page);
      },
      { deadlineMs: 90_000 },
    ),
    100_000,
  );
});

function homeOf(rig: Rig, shell: string): string {
  const home = path.join(rig.home, shell);
  mkdirSync(home, { recursive: true });
  return home;
}

function ownFolders(HOME: string): Record<string, string> {
  const [config, data, state] = ['.config', '.local/share', '.local/state'].map((one) =>
    path.join(HOME, one),
  );
  return { HOME, XDG_CONFIG_HOME: config ?? '', XDG_DATA_HOME: data ?? '', XDG_STATE_HOME: state ?? '' };
}

/** A run from before there was a shared ledger. */
async function earlierRun(rig: Rig, home: string): Promise<void> {
  const config = rig.write('earlier.yaml', 'version: 1\nagents: {}\n');
  const run = await rig.spawn(['exec', '--config', config, '--tool', 'mock', 'hi'], {
    env: ownFolders(home),
  });
  expect(run.code).toBe(0);
}

/** Removes what the page makes; roles belong to the whole server. */
function clear(server: PostgresServer): void {
  sql(server, 'DROP DATABASE IF EXISTS llm_router');
  for (const role of ['ada', 'ci', 'llm_router_user', 'llm_router_owner'])
    sql(server, `DROP ROLE IF EXISTS ${role}`);
}
