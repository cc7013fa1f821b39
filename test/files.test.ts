import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readAnyFile } from '../src/files/any-file.js';
import { readRegularFile, writeByRename } from '../src/files.js';

let root = '';
beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'llm-files-')));
  mkdirSync(path.join(root, 'project'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const at = (name: string) => path.join(root, name);
const read = async (name: string, rules: object = {}) =>
  (await readRegularFile(at(name), { maxBytes: 10, ...rules })).toString();

describe('reading a file of any kind', () => {
  const never = new AbortController().signal;
  const readAny = async (name: string, signal = never) =>
    (await readAnyFile(at(name), { maxBytes: 10, signal })).toString();

  it.each([
    ['a file', (target: string) => writeFileSync(target, '0123456789x')],
    ['a device without an end', (target: string) => symlinkSync('/dev/zero', target)],
  ])('refuses %s above the limit', async (_what, make) => {
    make(at('a'));
    await expect(readAny('a')).rejects.toMatchObject({ reason: 'size' });
  });

  it('waits for the writer of a named pipe, and reads up to its end', async () => {
    execFileSync('mkfifo', [at('p')]);
    const text = readAny('p');
    spawn('sh', ['-c', 'printf abc > "$1"', 'sh', at('p')], { stdio: 'ignore' });
    expect(await text).toBe('abc');
  });

  it('refuses a pipe that gives more than the limit', async () => {
    execFileSync('mkfifo', [at('p')]);
    spawn('sh', ['-c', 'yes > "$1"', 'sh', at('p')], { stdio: 'ignore' });
    await expect(readAny('p')).rejects.toMatchObject({ reason: 'size' });
  });

  it.each(['no writer', 'a silent writer'])('ends with its signal for a pipe with %s', async (which) => {
    execFileSync('mkfifo', [at('p')]);
    const writer = which === 'no writer' ? null : openSync(at('p'), constants.O_RDWR);
    const stop = new AbortController();
    const text = readAny('p', stop.signal);
    setImmediate(() => stop.abort());
    await expect(text).rejects.toMatchObject({ name: 'AbortError' });
    if (writer !== null) closeSync(writer);
  });
});

describe('reading a regular file', () => {
  it('gives what is in it, up to the limit', async () => {
    writeFileSync(at('a'), '0123456789');
    expect(await read('a')).toBe('0123456789');
    writeFileSync(at('a'), '0123456789x');
    await expect(read('a')).rejects.toMatchObject({ reason: 'size' });
  });

  it.each([
    ['a pipe', (target: string) => execFileSync('mkfifo', [target])],
    ['a device', (target: string) => symlinkSync('/dev/zero', target)],
    ['a folder', (target: string) => mkdirSync(target)],
  ])('refuses %s without a wait', async (_what, make) => {
    make(at('a'));
    await expect(read('a')).rejects.toMatchObject({ reason: 'kind' });
  });

  it('refuses a file of the system that says it is empty and is not', async () => {
    await expect(readRegularFile('/proc/self/status', { maxBytes: 10 })).rejects.toMatchObject({
      reason: 'size',
    });
  });

  it('follows links inside the given folders only', async () => {
    writeFileSync(at('private'), 'secret');
    writeFileSync(at('project/own'), 'own');
    symlinkSync('own', at('project/in'));
    symlinkSync('../private', at('project/out'));
    symlinkSync('..', at('project/up'));
    const rules = { within: [at('project')] };
    expect([await read('project/own', rules), await read('project/in', rules)]).toEqual(['own', 'own']);
    for (const name of ['project/out', 'project/up/private', 'private'])
      await expect(read(name, rules)).rejects.toMatchObject({ reason: 'place' });
    await expect(read('project/in', { followsLinks: false })).rejects.toMatchObject({ code: 'ELOOP' });
  });

  it('believes state only where no other user can change it', async () => {
    writeFileSync(at('a'), 'x');
    chmodSync(at('a'), 0o600);
    expect(await read('a', { isOwn: true })).toBe('x');
    chmodSync(at('a'), 0o666);
    await expect(read('a', { isOwn: true })).rejects.toMatchObject({ reason: 'owner' });
  });

  (process.getuid?.() === 0 ? it : it.skip)('does not believe state of another user', async () => {
    writeFileSync(at('a'), 'x', { mode: 0o600 });
    chownSync(at('a'), 65_534, 65_534);
    await expect(read('a', { isOwn: true })).rejects.toMatchObject({ reason: 'owner' });
  });
});

it('writing makes private folders and files whatever the umask, and leaves no draft', async () => {
  const umask = process.umask(0);
  try {
    await writeByRename(at('state/deep/a'), 'x', { private: true });
  } finally {
    process.umask(umask);
  }
  expect(execFileSync('find', [at('state'), '-printf', '%P %m\n'], { encoding: 'utf8' })).toBe(
    ' 700\ndeep 700\ndeep/a 600\n',
  );
});
