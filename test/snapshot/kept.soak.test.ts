import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { keptHolds, keptStory } from './kept-properties.js';

const RUNS = Number(process.env.SNAPSHOT_RUNS ?? 60);

describe('a snapshot from the state that an earlier run has kept', () => {
  it('is the same as one from the index of the user', async () => {
    await fc.assert(fc.asyncProperty(keptStory, keptHolds), { numRuns: RUNS });
  }, 900_000);
});
