import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Rig, rigged } from '../rig/rig.js';
import { solo } from './configs.js';

const untrusted = { env: { LLM_ROUTER_TRUST: undefined } };
const OLD = '20200101/01E00000000000000000000000.json';

/** A folder of the user outside of the project, with a file that looks like an old trace. */
function privateFolder(rig: Rig): string {
  const folder = path.join(rig.home, 'private');
  mkdirSync(path.join(folder, '20200101'), { recursive: true });
  writeFileSync(path.join(folder, OLD), 'x');
  return folder;
}

describe('a project that is not trusted', () => {
  it(
    'chooses no folder that is read, written or pruned',
    rigged(async (rig) => {
      const folder = privateFolder(rig);
      const paths = `traces: { dir: ${folder} }\nledger: { path: ${folder}/ledger.db }\n`;
      rig.write('llm-router.yaml', `${solo('[go]')}${paths}`);
      const commands = [
        'exec --dry-run hi',
        'doctor',
        'stats',
        'trace',
        'trace prune --older-than 1d',
        'audit',
      ];
      for (const words of commands) await rig.run(words.split(' '), untrusted);
      expect(readdirSync(folder, { recursive: true }).sort()).toEqual(['20200101', OLD]);
      expect(readdirSync(rig.project)).toEqual(['llm-router.yaml']);
    }),
  );

  it(
    'decides nothing for a config that is named',
    rigged(async (rig) => {
      const folder = privateFolder(rig);
      rig.write('llm-router.yaml', 'version: 1\nagents: { x: {} }\n');
      mkdirSync(path.join(rig.project, '.llm-router'));
      symlinkSync(folder, path.join(rig.project, '.llm-router/traces'));
      const mine = rig.write(
        path.join(rig.home, 'mine.yaml'),
        'version: 1\nagents: { a: { preferred_tool: mock } }\n',
      );
      const args = ['--config', mine, 'exec', '-a', 'a', '--no-stdin', 'hi'];
      expect((await rig.run(args, untrusted)).code).toBe(0);
      expect((await rig.run(args)).code).toBe(0);
      expect(rig.traces(path.join(rig.state, 'llm-router/traces'))).toHaveLength(2);
      expect(readdirSync(folder)).toEqual(['20200101']);
    }),
  );

  it(
    'hides nothing of what it would run, and gives no advice',
    rigged(async (rig) => {
      const redact = "policies: { default: { privacy: { redact: ['bot-cli.*'] } } }\n";
      rig.write('llm-router.yaml', `${solo('[go]', 'install_hint: run evil-fix')}${redact}`);
      const shown = await rig.run(['config', 'trust', '--show'], untrusted);
      expect(shown.stdout).toContain('bot-cli go');
      expect((await rig.run(['doctor'], untrusted)).stdout).not.toContain('evil-fix');
    }),
  );

  it(
    'sends and reads no file outside of itself, and waits for none',
    rigged(async (rig) => {
      rig.write(
        'llm-router.yaml',
        solo('[go]').replace('preferred_tool: bot', 'preferred_tool: bot, system_file: link'),
      );
      symlinkSync('/dev/zero', path.join(rig.project, 'link'));
      const { code, stderr } = await rig.run(['exec', '--dry-run', 'hi'], untrusted);
      expect([code, stderr]).toEqual([66, expect.stringContaining('leads out of the project')]);
      expect((await rig.run(['exec', 'hi'])).stderr).toContain('not a regular file');
    }),
  );

  it(
    'is not trusted by a record that other users can change',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      expect((await rig.run(['config', 'trust'], untrusted)).code).toBe(0);
      expect((await rig.run(['config', 'trust', '--show'], untrusted)).code).toBe(0);
      const record = path.join(rig.state, 'llm-router/trust.json');
      const text = readFileSync(record);
      writeFileSync(record, text);
      await rig.shell(`/bin/chmod 666 ${record}`);
      expect((await rig.run(['config', 'trust', '--show'], untrusted)).code).toBe(1);
    }),
  );
});

describe('inside the run of another agent', () => {
  const nested = { env: { LLM_ROUTER_DEPTH: '1' } };

  it(
    'no trust can be given',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const trust = await rig.run(['config', 'trust'], nested);
      expect([trust.code, trust.stderr]).toEqual([77, expect.stringContaining('is refused inside a call')]);
      expect(rig.exists(`${rig.state}/llm-router/trust.json`)).toBe(false);
    }),
  );

  it(
    '`--yes` is refused',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const named = ['--config', 'llm-router.yaml', 'exec', '--yes', 'hi'];
      expect(await rig.run(named, nested)).toMatchObject({
        code: 77,
        stderr: expect.stringContaining('`--yes`'),
      });
    }),
  );
});
