import { amount, count, duration } from './kinds.js';

/** The waits between tries of the same candidate, and how many there may be. */
export const backoff = {
  max_retries: count('Retries of each candidate: 0 is one call', { min: 0 }),
  base_delay: duration('Wait before the first retry'),
  multiplier: amount('Each wait is so many times the last', { min: 1 }),
  max_delay: duration('The longest wait'),
};
