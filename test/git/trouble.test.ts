import { describe, expect, it } from '@jest/globals';
import { systemTrouble, troubleOf } from '../../src/git/trouble.js';

const answer = { exitCode: 128, stdout: Buffer.alloc(0), stderr: '', spawnError: null };

describe('trouble with Git', () => {
  it.each([
    [{ spawnError: 'ENOENT', exitCode: null }, 'no_git', '`git` is not in PATH'],
    [{ spawnError: 'EAGAIN', exitCode: null }, 'failed', '`git` cannot be started: EAGAIN'],
    [{ spawnError: 'ABORT_ERR', exitCode: null }, 'stopped', 'x: stopped'],
    [{ exitCode: null }, 'stopped', 'x: git ended with a signal'],
    [{ exitCode: 3 }, 'failed', 'x: git ended with 3'],
    [
      { stderr: "fatal: detected dubious ownership in repository at '/r'\nTo add an exception" },
      'unsafe',
      "x: detected dubious ownership in repository at '/r'",
    ],
    [{ stderr: '\nerror: No space left on device\n' }, 'no_space', 'x: No space left on device'],
    [
      { stderr: 'error: insufficient permission for adding' },
      'read_only',
      'x: insufficient permission for adding',
    ],
    [{ stderr: 'fatal: not a git repository' }, 'no_repository', 'x: not a git repository'],
    [
      { stderr: "fatal: could not open 'a b' for reading: No such file or directory" },
      'moving',
      "x: could not open 'a b' for reading: No such file or directory",
    ],
    [{ stderr: 'fatal: confused by unstable object source data for 64107dc1' }, 'moving', expect.any(String)],
    [{ stderr: 'fatal: bad object' }, 'failed', 'x: bad object'],
    [{ stderr: 'Preparing work\nfatal: failed to read a' }, 'failed', 'x: failed to read a'],
    [{ stderr: '\nsomething else\nand more' }, 'failed', 'x: something else'],
  ])('%j is %s', (differs, kind, message) => {
    expect(troubleOf({ ...answer, ...differs }, 'x')).toEqual({ kind, message });
  });

  it.each([
    [Object.assign(new Error('e'), { code: 'ENOSPC' }), 'no_space', 'x: ENOSPC'],
    [Object.assign(new Error('e'), { code: 'EACCES' }), 'read_only', 'x: EACCES'],
    [Object.assign(new Error('e'), { code: 'EIO' }), 'failed', 'x: EIO'],
    [new Error('odd'), 'failed', 'x: odd'],
  ])('%s of the system is %s', (error, kind, message) => {
    expect(systemTrouble(error, 'x')).toEqual({ kind, message });
  });
});
