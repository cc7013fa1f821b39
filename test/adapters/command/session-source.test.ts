import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { AS_WRITTEN, type Selectors } from '../../../src/config/keys/selectors.js';
import type { OutputGrammar } from '../../../src/config/types.js';
import { eachInItsFolder, run, testFolder } from './runs.js';
import { grammarOf } from './samples.js';

eachInItsFolder();

const FIRST_ID: Selectors = [
  {
    kind: 'pointer',
    pointer: '/id',
    from: 'session',
    event: null,
    after: null,
    take: 'first',
    numbers: AS_WRITTEN,
  },
];
const LIST = '[{"id":"s-2"},{"id":"s-1"}]';

/** Runs a shell script whose session is read from elsewhere. */
async function sessionOf(session: Partial<NonNullable<OutputGrammar['session']>>, script = 'echo done') {
  const { outcome } = await run({
    agent: 'sh',
    args: ['-c', script],
    tool: {
      binary: { value: '/bin/sh', at: null },
      output: grammarOf({ toolSessionId: FIRST_ID, session: { args: [], file: null, ...session } }),
    },
    task: { binaryPath: '/bin/sh', cwd: testFolder() },
  });
  return outcome;
}

describe('the session of a tool is read', () => {
  it('from a second command, in the folder of the run', async () => {
    const outcome = await sessionOf({ args: ['-c', 'cat sessions'] }, `echo '${LIST}' > sessions; echo done`);
    expect(outcome).toMatchObject({ failure: null, text: 'done\n', toolSessionId: 's-2', warnings: [] });
  });

  it('from a file in the folder of the run', async () => {
    const outcome = await sessionOf({ file: 'last.json' }, `echo '${LIST}' > last.json; echo done`);
    expect(outcome).toMatchObject({ failure: null, toolSessionId: 's-2', warnings: [] });
  });

  it.each<[string, Partial<NonNullable<OutputGrammar['session']>>, string, RegExp]>([
    ['a command that fails', { args: ['-c', 'exit 4'] }, '', /`sh -c exit 4` failed/],
    ['a file that is missing', { file: 'none.json' }, '', /none\.json` cannot be read/],
    ['a pipe', { file: 'pipe' }, 'mkfifo pipe', /not a regular file/],
    ['a link that leads out of the folder', { file: 'out' }, 'ln -s /etc/hostname out', /leads out/],
    ['a file that is too large', { file: 'big' }, 'head -c 70000 /dev/zero > big', /cannot be read/],
  ])('but %s makes no failure of an answer', async (_, session, before, problem) => {
    const { failure, toolSessionId, warnings } = await sessionOf(session, `${before}\necho done`);
    expect([failure, toolSessionId]).toEqual([null, null]);
    expect(warnings).toEqual([expect.stringMatching(/^`sh`: its session is unknown: /)]);
    expect(warnings[0]).toMatch(problem);
  });

  it('only after a run that ended well', async () => {
    const asked = path.join(testFolder(), 'asked');
    const failed = await sessionOf({ args: ['-c', `touch ${asked}`] }, 'exit 3');
    expect([failed.failure?.exitCode, existsSync(asked)]).toEqual([3, false]);
    writeFileSync(asked, '');
    expect((await sessionOf({ args: ['-c', `rm ${asked}`] })).failure).toBeNull();
    expect(existsSync(asked)).toBe(false);
  });
});
