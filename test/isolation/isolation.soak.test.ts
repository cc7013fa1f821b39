import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { story } from '../snapshot/properties.js';
import { isolationHolds } from './properties.js';

const RUNS = Number(process.env.ISOLATION_RUNS ?? 100);

describe('an isolated work tree', () => {
  it('gives back every byte of any change of any tree', async () => {
    await fc.assert(fc.asyncProperty(story, isolationHolds), { numRuns: RUNS });
  }, 1_800_000);
});
