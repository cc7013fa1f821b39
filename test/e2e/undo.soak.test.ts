import { describe, expect, it } from '@jest/globals';
import { gitProject } from '../rig/git-project.js';
import { rigged } from '../rig/rig.js';
import { onTerminal } from './real-terminal.js';

const EXEC = ['exec', '-a', 'me', '--no-stdin', 'Fix it'];
const EDITS = '/bin/cat >/dev/null; echo bad >> a.txt; echo new > new.txt; echo working; exit 1';

describe('undo and diff', () => {
  it(
    'refuse to lose later changes, unless they are kept first',
    rigged(async (rig) => {
      gitProject(rig, { editor: EDITS });
      await rig.run(EXEC);
      rig.write('a.txt', 'later\n');
      const refused = await rig.run(['undo', '--yes']);
      expect([refused.code, refused.stderr]).toEqual([
        75,
        expect.stringMatching(/would be lost in `a.txt` \[not_restored\]/),
      ]);
      expect([rig.read('a.txt'), rig.exists('new.txt')]).toEqual(['later\n', true]);
      expect((await rig.run(['undo', '--yes', '--force'])).code).toBe(0);
      expect([rig.read('a.txt'), rig.exists('new.txt')]).toEqual(['one\ntwo\n', false]);
      expect((await rig.run(['undo', '--yes'])).code).toBe(0);
      expect([rig.read('a.txt'), rig.exists('new.txt')]).toEqual(['later\n', true]);
    }),
  );

  it(
    'take no run for an empty id, and make patches that apply whatever Git is set to show',
    rigged(async (rig) => {
      const git = gitProject(rig, { editor: EDITS });
      for (const [key, set] of [
        ['noprefix', 'true'],
        ['context', '0'],
        ['orderFile', '/nonexistent'],
      ])
        git('config', `diff.${key}`, set ?? '');
      await rig.run(EXEC);
      for (const command of ['undo', 'diff'])
        expect(await rig.run([command, ''])).toMatchObject({ code: 64, stdout: '' });
      rig.write('../patch', (await rig.run(['diff'])).stdout);
      git('config', '--unset', 'diff.orderFile');
      expect((await rig.run(['undo', '--yes'])).code).toBe(0);
      git('apply', '../patch');
      expect(git('status', '--porcelain')).toBe(' M a.txt\n?? new.txt\n');
    }),
  );

  onTerminal(
    'changes nothing where its question is answered with Ctrl-C',
    rigged(async (rig) => {
      gitProject(rig, { editor: EDITS });
      await rig.run(EXEC);
      rig.write('../ask', '#!/bin/sh\necho $$ > ../pid\nexec llm-router undo\n');
      const { code, stdout } = await rig.shell(`/usr/bin/mkfifo ../keys
/usr/bin/script -qfec '/bin/sh ../ask' ../shown > ../seen < ../keys &
exec 3> ../keys
until /usr/bin/grep -qs y/N ../shown; do :; done
kill -INT "$(/bin/cat ../pid)"
code=0; wait $! || code=$?
/bin/cat ../shown
exit $code`);
      expect([code, stdout]).toEqual([130, expect.stringContaining('cancelled by SIGINT')]);
      expect(rig.exists('new.txt')).toBe(true);
    }),
  );
});
