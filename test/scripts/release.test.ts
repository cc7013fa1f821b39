import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { installerOf, notesOf, problemsOf } from '../../scripts/release.mjs';
import { ROOT } from '../architecture/imports.js';

const CHANGELOG =
  '# Changelog\n\n## Unreleased\n\n## [1.2.0] - 2026-12-01\n\n### Added\n\n- a\n\n## 1.1.0\n\n- b\n';

const READY = {
  manifest: {
    version: '1.2.0',
    repository: { type: 'git', url: 'git+https://github.com/some/router.git' },
    homepage: 'https://github.com/some/router#readme',
    bugs: 'https://github.com/some/router/issues',
  },
  changelog: CHANGELOG,
  tag: 'v1.2.0',
  repository: 'some/router',
};

describe('a release', () => {
  it('takes its notes from the section of its version', () => {
    expect(notesOf(CHANGELOG, '1.2.0')).toBe('### Added\n\n- a');
    expect(notesOf(CHANGELOG, '1.1.0')).toBe('- b');
    expect(notesOf(CHANGELOG, '1.0.0')).toBeNull();
  });

  it('needs its tag, its section and the address of its repository', () => {
    expect(problemsOf(READY)).toEqual([]);
    expect(problemsOf({ ...READY, manifest: { version: '1.3.0' } })).toEqual([
      'the tag is v1.2.0, and package.json has version 1.3.0',
      'CHANGELOG.md has no section 1.3.0',
      'repository in package.json is not git+https://github.com/some/router.git',
      'homepage is not in package.json',
      'bugs is not in package.json',
    ]);
  });

  it('fills the address and the version into install.sh', () => {
    const script = readFileSync(path.join(ROOT, 'install.sh'), 'utf8');
    const filled = installerOf(script, { repository: 'some/router', version: '1.2.0' });
    expect(filled).toContain("from='https://github.com/some/router/releases/download'\nversion='1.2.0'\n");
    expect(filled).not.toMatch(/'@[A-Z]+@'/);
  });
});
