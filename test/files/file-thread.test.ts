import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { FileThread } from '../../src/files/file-thread.js';

function folder(): string {
  return mkdtempSync(path.join(tmpdir(), 'file-thread-'));
}

function contents(dir: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(dir)
      .sort()
      .map((name) => [name, readFileSync(path.join(dir, name), 'utf8')]),
  );
}

test('files that are written at the same time are all there, whole and private', async () => {
  const dir = folder();
  const thread = new FileThread();
  const names = Array.from({ length: 100 }, (_, n) => `${String(n).padStart(3, '0')}.json`);

  await Promise.all(names.map((name) => thread.write(path.join(dir, name), `é ${name}`)));

  expect(contents(dir)).toEqual(Object.fromEntries(names.map((name) => [name, `é ${name}`])));
  expect(new Set(names.map((name) => statSync(path.join(dir, name)).mode & 0o777))).toEqual(new Set([0o600]));
});

test('a later text takes the place of an earlier one', async () => {
  const dir = folder();
  const thread = new FileThread();

  await thread.write(path.join(dir, 'a.json'), 'first');
  await thread.write(path.join(dir, 'a.json'), 'second');

  expect(contents(dir)).toEqual({ 'a.json': 'second' });
});

test('a file that cannot be written rejects with the code of the system, and the others are written', async () => {
  const dir = folder();
  const thread = new FileThread();

  const results = await Promise.allSettled([
    thread.write(path.join(dir, 'a.json'), 'a'),
    thread.write(path.join(dir, 'none', 'b.json'), 'b'),
    thread.write(path.join(dir, 'c.json'), 'c'),
  ]);

  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(results[1]).toMatchObject({ reason: { code: 'ENOENT' } });
  expect(contents(dir)).toEqual({ 'a.json': 'a', 'c.json': 'c' });
});

test.each([
  ['ends', 'process.exit(1)'],
  ['ends with an error', 'throw new Error("no memory")'],
  [
    'ends with a text in work',
    "require('node:worker_threads').parentPort.once('message', () => process.exit(1))",
  ],
])('without a thread, since it %s, files are written all the same', async (_what, program) => {
  const dir = folder();
  const thread = new FileThread(program);

  await Promise.all([
    thread.write(path.join(dir, 'a.json'), 'a'),
    thread.write(path.join(dir, 'b.json'), 'b'),
  ]);
  await thread.write(path.join(dir, 'c.json'), 'c');
  const missing = thread.write(path.join(dir, 'none', 'd.json'), 'd');

  await expect(missing).rejects.toMatchObject({ code: 'ENOENT' });
  expect(contents(dir)).toEqual({ 'a.json': 'a', 'b.json': 'b', 'c.json': 'c' });
});
