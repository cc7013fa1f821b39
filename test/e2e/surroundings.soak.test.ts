import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { IS_STANDALONE } from '../rig/machine.js';
import { rigged } from '../rig/rig.js';
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
