import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { IS_STANDALONE, PROGRAM } from '../rig/machine.js';
import { type Rig, rigged } from '../rig/rig.js';
import { solo } from './configs.js';

describe('stdin beside a prompt argument', () => {
  it(
    'is left to a loop that reads its lines from a file',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      rig.write('names', 'one\ntwo\nthree\n');
      const bot = rig.script('bot-cli', [{ stdout: '1' }, { stdout: '2' }, { stdout: '3' }]);
      const loop = 'while read -r name; do llm-router exec "greet $name"; done < names';
      const { code, stdout, stderr } = await rig.shell(loop);
      expect([code, stdout]).toEqual([0, '1\n2\n3\n']);
      expect(bot.calls.map(({ stdin }) => stdin)).toEqual(['greet one', 'greet two', 'greet three']);
      expect(stderr).toContain('stdin is left unread: its caller has read part of the file');
    }),
  );
});

// The runtime of the executable itself ends there, with exit code 1 and a message.
(IS_STANDALONE ? it.skip : it)(
  'a working directory that was removed is an input error, and needed by no help',
  rigged(async (rig) => {
    const gone = path.join(rig.home, 'gone');
    const inGone = (command: string) => {
      mkdirSync(gone);
      return rig.shell(`cd ${gone}; /bin/rmdir ${gone}; ${command}`);
    };
    const version = await inGone('llm-router --version');
    expect([version.code, version.stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
    expect((await inGone('llm-router help routing')).code).toBe(0);
    const run = await inGone('llm-router exec --tool mock --json --no-stdin hi');
    expect(run.code).toBe(66);
    expect(run.json().failure).toMatchObject({
      type: 'input',
      message: 'the working directory does not exist any more',
    });
  }),
);

const asRoot = process.getuid?.() === 0 ? it : it.skip;

/** Runs as a user that the system does not know, as a container may, without `HOME` and `XDG_*`. */
function runAsUnknown(rig: Rig, args: string[], more: Record<string, string> = {}) {
  chmodSync(path.dirname(rig.project), 0o755);
  const [file, ...first] = PROGRAM;
  const env = { PATH: '/usr/bin:/bin', LLM_ROUTER_TRUST: '1', ...more };
  const options = { uid: 54_321, gid: 54_321, cwd: rig.project, env, encoding: 'utf8' as const };
  const { status, stdout, stderr } = spawnSync(file, [...first, ...args], options);
  return { code: status, stdout, stderr };
}

describe('a user without a home folder', () => {
  asRoot(
    'is told once that nothing can be kept, also with a ledger in a database that cannot be reached',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', 'version: 1\nagents: { a: { preferred_tool: mock } }\n');
      const shared = { LLM_ROUTER_LEDGER: 'postgres://127.0.0.1:1/x' };
      for (const [more, warnings] of [
        [{}, 2],
        [shared, 3],
      ] as const) {
        const { code, stderr } = runAsUnknown(rig, ['exec', '-a', 'a', '--no-stdin', 'hi'], more);
        const lines = stderr.split('\n').filter((line) => line !== '');
        expect([code, lines.length]).toEqual([0, warnings]);
        expect(lines.filter((line) => line.includes('this run is not in the ledger'))).toHaveLength(1);
        expect(stderr).not.toContain('is kept until');
      }
      expect(runAsUnknown(rig, ['ledger', 'status'], shared).code).toBe(66);
    }),
  );

  asRoot(
    'who may not enter the working directory is told that, and not that the tool cannot be executed',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      mkdirSync(path.join(rig.project, 'shut'), { mode: 0o700 });
      rig.script('bot-cli', []);
      const args = ['exec', '--no-stdin', '--cwd', 'shut', 'hi'];
      const { code, stderr } = runAsUnknown(rig, args, { PATH: rig.bin });
      expect(code).toBe(66);
      expect(stderr).toMatch(/error: the working directory `.*shut` cannot be entered: permission denied/);
    }),
  );

  asRoot(
    'and may not read the own state is told that, and not that there is nothing',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      chmodSync(rig.project, 0o755);
      const home = { HOME: rig.home, LLM_ROUTER_TRUST: '' };
      const shut = (below: string) => mkdirSync(path.join(rig.home, below), { recursive: true, mode: 0o700 });
      chmodSync(rig.home, 0o755);
      for (const folder of ['.local', '.local/share', '.local/state']) {
        shut(folder);
        chmodSync(path.join(rig.home, folder), 0o755);
      }
      shut('.local/share/llm-router');
      shut('.local/state/llm-router');
      for (const args of [
        ['jobs'],
        ['jobs', '--json'],
        ['jobs', 'wait', 'last'],
        ['config', 'distrust'],
        ['ledger', 'status'],
        ['ledger', 'migrate'],
        ['stats'],
        ['audit'],
      ]) {
        const { code, stderr } = runAsUnknown(rig, args, home);
        expect([args, code, stderr]).toEqual([args, 66, expect.stringContaining('EACCES')]);
      }
    }),
  );
});
