import { describe, expect } from '@jest/globals';
import { MAX_KEPT_BYTES } from '../../../src/adapters/command/answer-limit.js';
import { IS_SOAK, itInSoak } from '../../soak.js';
import { contextFor, eachInItsFolder, groups, start, taskFor } from './runs.js';

eachInItsFolder();

const GIB = 1024 ** 3;
/** The soak runs the full length. */
const BYTES = IS_SOAK ? GIB : 48 * 1024 ** 2;

/** Runs a tool that prints this many bytes, and counts the shown ones. */
async function shown(bytes: number, isShown: boolean) {
  const task = taskFor({
    agent: 'prints-bytes',
    args: [String(bytes)],
    tool: { maxOutputBytes: 2 * GIB },
    task: { isShown, timeoutMs: 120_000 },
  });
  const running = start(task, contextFor());
  let count = 0;
  for (let step = await running.next(); ; step = await running.next()) {
    if (step.done === true) return { count, outcome: step.value };
    if (step.value.type === 'started' && step.value.pid !== null) groups.push(step.value.pid);
    if (step.value.type === 'delta') count += step.value.text.length;
  }
}

describe('an answer longer than memory', () => {
  itInSoak(
    'is streamed whole, and only its end is kept',
    async () => {
      const { count, outcome } = await shown(BYTES, true);
      expect({ count, failure: outcome.failure }).toEqual({ count: BYTES, failure: null });
      expect(outcome.text.length).toBeLessThanOrEqual(8 * 1024 ** 2);
      expect(outcome.text.endsWith('x')).toBe(true);
    },
    120_000,
  );

  itInSoak(
    'is refused where all of it must be kept, before the runtime would break',
    async () => {
      const { outcome } = await shown(BYTES, false);
      expect(outcome.failure).toMatchObject({
        type: 'invalid_response',
        message: expect.stringContaining(`(${MAX_KEPT_BYTES} bytes,`),
        hint: expect.stringContaining('`--stream`'),
      });
    },
    120_000,
  );
});
