import { userInfo } from 'node:os';
import { afterEach, expect, it } from '@jest/globals';
import { realHost } from '../src/world.js';

const { HOME } = process.env;
afterEach(() => {
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
