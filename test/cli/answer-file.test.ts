import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { answerFile } from '../../src/cli/answer-file.js';

let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'llm-answer-'));
  execFileSync('mkfifo', [path.join(root, 'pipe')]);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function write(text: string, signal: AbortSignal) {
  const file = await answerFile(root, 'pipe', signal);
  return file.ok ? file.value?.write(text) : file.error;
}

it.each(['missing/', 'missing/.', './missing/..', 'pipe/'])(
  'a path that names a folder, `%s`, is refused before the run',
  async (name) => {
    expect(await answerFile(root, name, new AbortController().signal)).toMatchObject({
      ok: false,
      error: { type: 'input', message: expect.stringMatching(/folder/) },
    });
  },
);

describe('a named pipe as the file of the answer', () => {
  it('is written when its reader comes, however slowly it reads', async () => {
    const text = 'an answer\n'.repeat(50_000);
    const written = write(text, new AbortController().signal);
    const read = promisify(execFile)('cat', ['pipe'], { cwd: root, maxBuffer: 2 ** 24 });
    expect(await written).toBeNull();
    expect((await read).stdout === text).toBe(true);
  });

  it('does not keep the run from its end without a reader', async () => {
    const stop = new AbortController();
    const written = write('an answer', stop.signal);
    stop.abort();
    expect(await written).toMatchObject({
      type: 'input',
      message: 'cannot write `pipe` (--output): nothing reads the pipe',
    });
  });
});
