import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';

it(
  'the quickstart runs the mock, and writes nothing to the home folder',
  rigged(async (rig) => {
    const env = { HOME: rig.home, TMPDIR: rig.tmp, PATH: process.env.PATH ?? '' };
    const screen = execFileSync(process.execPath, ['scripts/quickstart.mjs'], { env, encoding: 'utf8' });
    expect(screen).toMatch(/\$ llm-router trace --last 1\nID .*\n[0-9A-Z]{10,26} .* demo .*succeeded/);
    expect(screen).toContain('It works.');
    expect(readdirSync(rig.home)).toEqual([]);
  }),
);
