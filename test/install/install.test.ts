import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { arch, platform, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ROOT } from '../architecture/imports.js';

const NAME = `llm-router-${platform()}-${arch()}`;
const PROGRAM = '#!/bin/sh\necho 1.2.3\n';
const hasCurl = spawnSync('curl', ['--version']).status === 0;

let home = '';
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'llm-install-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Makes a release in a folder, with the checksum of `summed`. */
function release(summed = PROGRAM): string {
  const folder = path.join(home, 'releases');
  mkdirSync(path.join(folder, 'v1.2.3'), { recursive: true });
  const sum = createHash('sha256').update(summed).digest('hex');
  writeFileSync(path.join(folder, 'v1.2.3', NAME), PROGRAM);
  writeFileSync(path.join(folder, 'v1.2.3', 'SHA256SUMS'), `${sum}  ${NAME}\n${sum}x  other\n`);
  return `file://${folder}`;
}

function install(...args: string[]) {
  const { status, stdout, stderr } = spawnSync('sh', [path.join(ROOT, 'install.sh'), ...args], {
    env: { PATH: process.env.PATH, HOME: home, TMPDIR: home },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const bin = () => path.join(home, '.local', 'bin');

(hasCurl ? describe : describe.skip)('install.sh', () => {
  it('installs a checked program for the user, and removes it', () => {
    expect(install('--from', release(), '--version', '1.2.3').stderr).toBe('');
    const program = path.join(bin(), 'llm-router');
    expect(readFileSync(program, 'utf8')).toBe(PROGRAM);
    expect(statSync(program).mode & 0o777).toBe(0o755);
    expect(readdirSync(bin())).toEqual(['llm-router']);
    expect(readdirSync(home).sort()).toEqual(['.local', 'releases']);
    expect(install('--uninstall').status).toBe(0);
    expect(existsSync(program)).toBe(false);
  });

  it('keeps the installed program when the checksum is another', () => {
    mkdirSync(bin(), { recursive: true });
    writeFileSync(path.join(bin(), 'llm-router'), 'old');
    const { status, stderr } = install('--from', release('another text'), '--version', 'v1.2.3');
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^install.sh: the checksum of .* and not/)]);
    expect(readFileSync(path.join(bin(), 'llm-router'), 'utf8')).toBe('old');
    expect(readdirSync(bin())).toEqual(['llm-router']);
  });

  it.each([
    [[], 'no address'],
    [['--from', 'file:///none', '--version', '1/../2'], 'not a version: 1/../2'],
    [['--from', 'file:///none', '--version', '1.2.3'], 'cannot download file:///none/v1.2.3/SHA256SUMS'],
    [['--version'], '--version needs a value'],
    [['--root'], 'unknown argument: --root'],
    [['--uninstall'], 'is not installed'],
  ])('says what is wrong with %j', (args, message) => {
    const { status, stderr } = install(...args);
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
    expect(readdirSync(home)).toEqual([]);
  });
});
