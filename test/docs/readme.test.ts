import { symlinkSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { type Rig, rigged } from '../rig/rig.js';
import { blocksOf, filesOf, normalised, programInPath, readPage, screenOf, stepsOf } from './screens.js';

const README = readPage('README.md');
const TOUR = /^## A tour[\s\S]*?(?=^## )/m.exec(README)?.[0] ?? '';

/** The file of the tour of which only the finding is shown. */
const BROKEN = 'version: 1\nagents:\n  me:\n    preferred_tool: claud-code\n';

describe('the README', () => {
  it('has a tour with screens', () => {
    expect([...filesOf(TOUR).keys()]).toEqual(['t.yaml']);
    expect(stepsOf(TOUR).length).toBeGreaterThanOrEqual(4);
  });

  it(
    'shows the real output in its tour',
    rigged(async (rig) => {
      writeFiles(rig);
      const places = { [rig.bin]: '/usr/bin' };
      for (const { command, shown } of stepsOf(TOUR)) {
        const screen = normalised(await screenOf(rig, command), places);
        expect([command, ...screen]).toEqual([command, ...normalised(shown, places)]);
      }
    }),
  );

  it(
    'shows configs that are valid',
    rigged(async (rig) => {
      const configs = blocksOf(README).filter(({ text }) => /^version: 1$/m.test(text));
      expect(configs.length).toBeGreaterThanOrEqual(2);
      for (const { text } of configs) {
        rig.write('shown.yaml', text);
        const { code, stdout } = await rig.run(['config', 'validate', 'shown.yaml']);
        expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Configuration valid') });
      }
    }),
  );
});

/** The tour uses `cat` as a tool, which the rig's PATH lacks. */
function writeFiles(rig: Rig): void {
  for (const [file, text] of filesOf(TOUR)) rig.write(file, text);
  rig.write('broken.yaml', BROKEN);
  const cat = programInPath('cat');
  if (cat === undefined) throw new Error('there is no `cat` in PATH');
  symlinkSync(cat, `${rig.bin}/cat`);
}
