import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { addressOf, addressProblems, WAY_OUT, withAddress } from '../../scripts/release/address.mjs';
import { changelogProblems, notesOf, released, versionsOf } from '../../scripts/release/changelog.mjs';
import { formulaOf, installerOf, withVersion } from '../../scripts/release/fill.mjs';
import { ROOT } from '../architecture/imports.js';

const CHANGELOG =
  '# Changelog\n\n## Unreleased\n\n## [1.2.0] - 2026-12-01\n\n### Added\n\n- a\n\n## 1.1.0\n\n- b\n';
const ADDRESS = 'https://github.com/some/router';
const ON_GITHUB = { GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'some/router' };

const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const { version: VERSION } = JSON.parse(read('package.json')) as { version: string };

describe('the address of a release', () => {
  it('is that of the repository whose workflow runs', () => {
    expect(addressOf(ON_GITHUB)).toBe(ADDRESS);
    expect(withAddress({ name: 'a' }, ADDRESS)).toEqual({
      name: 'a',
      repository: { type: 'git', url: 'git+https://github.com/some/router.git' },
      homepage: 'https://github.com/some/router#readme',
      bugs: { url: 'https://github.com/some/router/issues' },
    });
  });

  it.each([
    {},
    { GITHUB_SERVER_URL: 'https://github.com' },
    { ...ON_GITHUB, GITHUB_SERVER_URL: 'http://github.com' },
    { ...ON_GITHUB, GITHUB_REPOSITORY: 'router' },
    { ...ON_GITHUB, GITHUB_REPOSITORY: 'some/router\n' },
  ])('is not known from %j', (env) => {
    expect(addressOf(env)).toBeNull();
    expect(addressProblems({}, addressOf(env), { mayLack: true })).toEqual([WAY_OUT]);
  });

  it('is in the package that is published, and no other', () => {
    const filled = withAddress({}, ADDRESS);
    expect(addressProblems(filled, ADDRESS, { mayLack: false })).toEqual([]);
    expect(addressProblems({}, ADDRESS, { mayLack: true })).toEqual([]);
    expect(addressProblems({}, ADDRESS, { mayLack: false })).toHaveLength(3);
    const stranger = { ...filled, repository: 'git+https://github.com/other/router.git' };
    expect(addressProblems(stranger, ADDRESS, { mayLack: true })).toEqual([
      expect.stringContaining('repository in package.json is not that of https://github.com/some/router'),
    ]);
  });
});

describe('the changelog', () => {
  it('has a section for each version, whose text is the notes of its release', () => {
    expect(versionsOf(CHANGELOG)).toEqual(['1.2.0', '1.1.0']);
    expect(notesOf(CHANGELOG, '1.2.0')).toBe('### Added\n\n- a');
    expect(notesOf(CHANGELOG, '1.1.0')).toBe('- b');
    expect(notesOf(CHANGELOG, '1.0.0')).toBeNull();
    expect(changelogProblems(CHANGELOG, '1.2.0')).toEqual([]);
    expect(changelogProblems(CHANGELOG, '1.1.0')).toEqual([
      'the newest version of CHANGELOG.md is 1.2.0, not 1.1.0',
    ]);
    expect(changelogProblems(CHANGELOG, '1.3.0')).toEqual(['CHANGELOG.md has no section 1.3.0']);
  });

  it('gets a section of what was unreleased', () => {
    const next = { version: '1.3.0', date: '2026-12-31' };
    const changed = CHANGELOG.replace('## Unreleased\n', '## Unreleased\n\n### Fixed\n\n- c\n');
    expect(released(changed, next)).toContain('\n## 1.3.0 - 2026-12-31\n\n### Fixed\n\n- c\n\n## [1.2.0]');
    expect(() => released(CHANGELOG, next)).toThrow('nothing below `## Unreleased`');
    expect(() => released(changed, { ...next, version: '1.2.0' })).toThrow('has a section 1.2.0 already');
  });
});

describe('a file of a release', () => {
  const sums = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64']
    .map((name, index) => `${String(index).repeat(64)}  llm-router-${name}\n`)
    .join('');

  it('install.sh names its address and version', () => {
    const script = installerOf(read('install.sh'), { address: ADDRESS, version: '1.2.0' });
    expect(script).toContain("from='https://github.com/some/router/releases/download'\nversion='1.2.0'\n");
    expect(script).not.toMatch(/'@[A-Z]+@'/);
  });

  it('the formula names each executable with its checksum', () => {
    const formula = formulaOf(read('deploy/homebrew/llm-router.rb'), {
      address: ADDRESS,
      version: '1.2.0',
      sums,
    });
    expect(formula).toContain(
      `url "${ADDRESS}/releases/download/v1.2.0/llm-router-linux-x64"\n      sha256 "${'3'.repeat(64)}"`,
    );
    expect(formula).not.toMatch(/"@|@"/);
    expect(() =>
      formulaOf('@SHA256 llm-router-linux-x64@', { address: ADDRESS, version: '1.2.0', sums: '' }),
    ).toThrow('no value for @SHA256 llm-router-linux-x64@');
  });

  it('a page names the new version where it named the one before', () => {
    const page = 'uses: some/router@v1.2.0\nrev: v1.2.0\nnpx a@1.2.0 b\nnode 11.2.0, a@1.2.01, a@1.2.0-rc.1';
    expect(withVersion(page, { from: '1.2.0', to: '1.3.0' })).toBe(
      'uses: some/router@v1.3.0\nrev: v1.3.0\nnpx a@1.3.0 b\nnode 11.2.0, a@1.2.01, a@1.2.0-rc.1',
    );
  });
});

describe('this repository', () => {
  it('has the section of its version as the newest of the changelog', () => {
    expect(changelogProblems(read('CHANGELOG.md'), VERSION)).toEqual([]);
  });

  it('is installed by its own name on every page, and warns of the package of others', () => {
    const { stdout } = spawnSync(
      'git',
      ['ls-files', '*.md', '*.yml', '*.yaml', '*Dockerfile', '*Containerfile*'],
      {
        cwd: ROOT,
        encoding: 'utf8',
      },
    );
    for (const file of stdout.trimEnd().split('\n')) {
      const lines = read(file).split('\n');
      const others = lines.filter((line) => /\bnp(m|x) [^`]*?(?<![\w/.-])llm-router(?![\w-]|\.)/.test(line));
      const unwarned = others.filter((line) => !/do not run|another package|In a clone/.test(line));
      expect([file, unwarned]).toEqual([file, []]);
    }
    for (const page of ['README.md', 'docs/quickstart.md', 'docs/compatibility.md'])
      expect([page, read(page).includes('`npx llm-router`')]).toEqual([page, true]);
  });

  it('names one version everywhere', () => {
    const lock = JSON.parse(read('package-lock.json')) as {
      version: string;
      packages: { '': { version: string } };
    };
    expect([lock.version, lock.packages[''].version]).toEqual([VERSION, VERSION]);
    const named = [...read('docs/ci.md').matchAll(/(?:llm-router-cli@|llm-router@v|rev: v)([\w.+-]+)/g)];
    expect(named.length).toBeGreaterThan(4);
    for (const [text, version] of named) expect([text, version]).toEqual([text, VERSION]);
  });
});
