import { describe, expect, it } from '@jest/globals';
import { FAILURES } from '../../src/domain/failure.js';
import { rigged } from '../rig/rig.js';
import { abridged, filesOf, normalised, readPage, screenOf, stepsOf } from './screens.js';

const PAGE = readPage('docs/tools/provider-apis.md');

describe('the guide to provider APIs', () => {
  it(
    'shows the real output',
    rigged(async (rig) => {
      for (const [file, text] of filesOf(PAGE)) rig.write(file, text);
      expect(stepsOf(PAGE)).toHaveLength(1);
      for (const { command, shown } of stepsOf(PAGE)) {
        const wanted = normalised(shown, {});
        expect(abridged(normalised(await screenOf(rig, command), {}), wanted)).toEqual(wanted);
      }
    }),
  );

  it('names only existing failures', () => {
    const named = [...PAGE.matchAll(/^\| .* \| `(\w+)`/gm)].map(([, type]) => type);
    expect(named.length).toBeGreaterThan(9);
    expect(named.filter((type) => !Object.hasOwn(FAILURES, type ?? ''))).toEqual([]);
  });
});
