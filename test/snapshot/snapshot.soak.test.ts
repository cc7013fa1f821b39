import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { snapshotHolds, story } from './properties.js';

const RUNS = Number(process.env.SNAPSHOT_RUNS ?? 300);

describe('a snapshot', () => {
  it('brings back every byte of any tree after any change', async () => {
    await fc.assert(fc.asyncProperty(story, snapshotHolds), { numRuns: RUNS });
  }, 900_000);
});
