import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { drawn } from '../../scripts/screens/drawn.js';
import { shownBy } from '../../scripts/screens/png.js';
import { SCENES } from '../../scripts/screens/scenes.js';
import { screenOf } from '../../scripts/screens/terminal.js';
import { ROOT } from '../architecture/imports.js';
import { createRig } from '../rig/rig.js';
import { DOC_PAGES, readPage } from './screens.js';

const FOLDER = 'docs/images/screens';
const hasScript = spawnSync('/usr/bin/script', ['--version']).stdout?.includes('util-linux') === true;
const onTerminal = hasScript ? it : it.skip;
if (!hasScript)
  process.stderr.write('SKIPPED: test/docs/pictures.soak.test.ts needs `script` of util-linux\n');

/** A screen as one line, without ids, times, and what follows from them. */
function steady(screen: string): string {
  return (
    screen
      .replace(/\b01[0-9A-HJKMNP-TV-Z]{8,24}\b|\b[0-9a-f]{12,}/g, '<id>')
      .replace(/(?:\d{4}-)?\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?)?/g, '<time>')
      .replace(/\d+(?:\.\d)? m?s\b/g, '<duration>')
      .replace(/in (?:\d+ (?:day|hour|minute|second)s?|(?:\d+[dhms] ?)+)/g, '<wait>')
      .replace(/\/tmp\/llm-router-[\w-]+/g, '<folder>')
      .replace(/^\S(?= claude-code)/m, '<spinner>')
      .replace(/node\s+[\d.]+/, '<node>')
      // A table cuts a name beside a wider time, and says so.
      .replace(/claude-c[a-z]*…/g, 'claude-code')
      .replace(/; … cut, whole in `[^`]+`/g, '')
      .replace(/[█░▌▏▎▍▋▊▉]/g, '')
      .replace(/\s+/g, ' ')
  );
}

describe('the pictures of the docs', () => {
  it('are those of the scenes, and pages show each of them', () => {
    expect(readdirSync(path.join(ROOT, FOLDER)).sort()).toEqual(
      SCENES.map(({ name }) => `${name}.png`).sort(),
    );
    const pages = DOC_PAGES.map(readPage).join('\n');
    expect(SCENES.filter(({ name }) => !pages.includes(`images/screens/${name}.png)`))).toEqual([]);
  });

  onTerminal.each(SCENES)(
    '$name shows what the program prints now; else run `npm run screens`',
    async (scene) => {
      const shown = shownBy(readFileSync(path.join(ROOT, FOLDER, `${scene.name}.png`)));
      // Lines break by the lengths of paths: those of the pictures.
      const rig = await createRig('/tmp');
      const screen = await screenOf(rig, scene, 80).finally(() => rig.close());
      expect(steady(shown ?? '')).toBe(steady(await drawn(screen, 80)));
    },
    70_000,
  );
});
