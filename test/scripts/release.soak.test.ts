import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WAY_OUT } from '../../scripts/release/address.mjs';
import { ROOT } from '../architecture/imports.js';

const ADDRESS = 'https://github.com/some/router';
const ON_GITHUB = { GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'some/router' };
const { version: VERSION } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
  version: string;
};

describe('release.mjs', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'llm-release-'));
    for (const name of ['scripts/release', 'scripts/release.mjs', 'package.json', 'docs/ci.md', 'install.sh'])
      cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true });
    writeFileSync(
      path.join(folder, 'CHANGELOG.md'),
      `# Changelog\n\n## Unreleased\n\n- new\n\n## ${VERSION} - 2026-01-01\n\n- old\n`,
    );
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function release(args: string[], env: Record<string, string> = ON_GITHUB) {
    const script = path.join(folder, 'scripts', 'release.mjs');
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
      env: { PATH: process.env.PATH, ...env },
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  }
  const inFolder = (file: string) => readFileSync(path.join(folder, file), 'utf8');

  it('refuses to publish until the address is filled in, and says how', () => {
    const tagged = { ...ON_GITHUB, GITHUB_REF_NAME: `v${VERSION}` };
    expect(release(['check'], tagged)).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(release(['check'], { GITHUB_REF_NAME: `v${VERSION}` })).toMatchObject({
      status: 1,
      stderr: `${WAY_OUT}\n`,
    });
    expect(release(['check'], { ...tagged, GITHUB_REF_NAME: 'v9.9.9' }).stderr).toContain(
      'the tag is v9.9.9',
    );
    expect(release(['manifest'], {})).toMatchObject({ status: 1, stderr: `${WAY_OUT}\n` });
    expect(release(['publishable'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('homepage'),
    });
    expect(release(['manifest'])).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(release(['publishable'])).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(JSON.parse(inFolder('package.json'))).toMatchObject({ bugs: { url: `${ADDRESS}/issues` } });
    expect(release(['notes']).stdout).toBe('- old\n');
  });

  it('starts a version', () => {
    const manifest = JSON.parse(inFolder('package.json')) as object;
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ ...manifest, version: '9.8.7' }));
    expect(release(['version'])).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(inFolder('CHANGELOG.md')).toMatch(/\n## 9\.8\.7 - \d{4}-\d\d-\d\d\n\n- new\n\n## /);
    expect(inFolder('docs/ci.md')).toContain('llm-router-cli@9.8.7');
    expect(inFolder('docs/ci.md')).not.toContain(VERSION);
    expect(release(['version'])).toMatchObject({ status: 1, stderr: expect.stringContaining('9.8.7') });
  });
});
