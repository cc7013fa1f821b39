import { describe, expect, it } from '@jest/globals';
import { withoutBursts } from '../../../src/adapters/command/bursts.js';
import type { OutputEvent } from '../../../src/adapters/command/events.js';

const words = (count: number): OutputEvent[] =>
  Array.from({ length: count }, (_, n) => ({ type: 'delta', text: `${n} ` }));
const STEP: OutputEvent = { type: 'activity', name: 'edit', changedFile: false };

describe('the pieces of one read', () => {
  it('stay as a model writes them', () => {
    expect(withoutBursts(words(32))).toEqual(words(32));
  });

  it('become one between other events when there are too many to tell apart', () => {
    const events = [...words(20), STEP, STEP, ...words(20)];
    const text = Array.from({ length: 20 }, (_, n) => `${n} `).join('');
    expect(withoutBursts(events)).toEqual([{ type: 'delta', text }, STEP, STEP, { type: 'delta', text }]);
  });
});
