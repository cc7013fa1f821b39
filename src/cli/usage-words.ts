import { toMicroUsd } from '../domain/cost.js';
import { formatDuration } from '../domain/duration.js';
import { dollars } from '../domain/money.js';
import type { UsageLine } from '../reports/usage-line.js';
import { countText } from './words.js';

/** Dollars for people; an unknown part is a question mark, never a zero. */
export function costWords({ cost_usd: cost, attempts_without_price: unknown }: UsageLine): string {
  if (unknown === 0) return money(cost);
  return cost === 0 ? '?' : `${money(cost)}+?`;
}

/** Tokens, with a question mark where some were not reported. */
export function tokenWords({ total_tokens: tokens, without_tokens: unknown }: UsageLine): string {
  if (unknown === 0) return countText(tokens);
  return tokens === 0 ? '?' : `${countText(tokens)}+?`;
}

/** `$1.20`, `-$0.05`. */
export function money(usd: number): string {
  return usd < 0 ? `-${dollars(toMicroUsd(-usd))}` : dollars(toMicroUsd(usd));
}

/** `58%`; nothing where there is no whole. */
export function share(part: number, whole: number): string {
  return whole === 0 ? '' : `${Math.round((part * 100) / whole)}%`;
}

/** A latency, or a dash where nothing was answered. */
export function latencyWords(ms: number | null): string {
  return ms === null ? '-' : formatDuration(ms);
}
