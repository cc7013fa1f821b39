import { tmpdir, userInfo } from 'node:os';
import { afterEach, expect, it } from '@jest/globals';
import { realHost } from '../src/world.js';

const { HOME, TMPDIR } = process.env;
afterEach(() => {
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
  if (HOME === undefined) delete process.env.HOME;
  else process.env.HOME = HOME;
});

it('the home folder is `HOME`, or that of the account where `HOME` is empty or relative', () => {
  process.env.HOME = '/somewhere';
  expect(realHost().home).toBe('/somewhere');
  for (const home of ['', '.', 'state']) {
    process.env.HOME = home;
    expect(realHost().home).toBe(userInfo().homedir);
  }
});

it('the folder of temporary files is never relative', () => {
  process.env.TMPDIR = tmpdir();
  expect(realHost().tmpDir).toBe(tmpdir());
  process.env.TMPDIR = 'tmp';
  expect(realHost().tmpDir).toBe('/tmp');
});
