import { toUsd } from './cost.js';

/** Micro-USD for people: `$8.10`; small sums keep their digits, so that they do not look free. */
export function dollars(microUsd: number): string {
  const usd = toUsd(microUsd);
  if (microUsd !== 0 && Math.abs(microUsd) < 10_000) return `$${usd.toFixed(6).replace(/0+$/, '')}`;
  return `$${usd.toFixed(microUsd % 10_000 === 0 ? 2 : 4).replace(/(\.\d\d\d*?)0+$/, '$1')}`;
}
