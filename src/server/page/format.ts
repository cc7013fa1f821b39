import { toMicroUsd } from '../../domain/cost.js';
import { formatDuration } from '../../domain/duration.js';
import { dollars } from '../../domain/money.js';
import type { CostStatus, Range, SumsStatus } from '../status/document.js';

export { briefDuration, formatDuration } from '../../domain/duration.js';

const COUNT = new Intl.NumberFormat('en');
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** The ranges of time of the charts. */
export const RANGE_NAMES: Readonly<Record<Range, string>> = {
  '1h': 'hour',
  '6h': '6 hours',
  '24h': '24 hours',
};

/** `12,345` */
export function count(value: number): string {
  return COUNT.format(value);
}

/** `12.3K` */
export function compact(value: number): string {
  return value < 10_000 ? count(value) : COMPACT.format(value);
}

/** `1 run`, `3 runs` */
export function plural(value: number, word: string): string {
  return `${count(value)} ${word}${value === 1 ? '' : 's'}`;
}

/** `$1.20`, `-$0.05` */
export function money(usd: number): string {
  return usd < 0 ? `-${dollars(toMicroUsd(-usd))}` : dollars(toMicroUsd(usd));
}

/** The known part; a question mark stands for what is unknown, never a zero. */
export function costText(cost: CostStatus | null): string {
  if (cost === null) return '–';
  if (cost.usd === null || (cost.usd === 0 && cost.is_partial)) return '?';
  return `${money(cost.usd)}${cost.is_partial ? '+?' : ''}`;
}

/** Where a cost comes from, and how it is billed. */
export function basisText(cost: CostStatus | null): string {
  if (cost === null) return 'nothing was run';
  if (cost.billing !== 'api') return cost.billing;
  return cost.is_partial ? 'unknown: no price, or no count of tokens' : cost.basis;
}

/** The cost of many, by the same rules. */
export function sumText({
  cost_usd: usd,
  without_price: unknown,
}: Pick<SumsStatus, 'cost_usd' | 'without_price'>): string {
  if (unknown === 0) return money(usd);
  return usd === 0 ? '?' : `${money(usd)}+?`;
}

/** A part of a whole: `98.2 %`. */
export function share(part: number, whole: number): string {
  if (whole === 0) return '–';
  const percent = (part * 100) / whole;
  // What is not all must not look so.
  const digits = percent > 99 && percent < 100 ? 2 : percent % 1 === 0 ? 0 : 1;
  return `${(Math.floor(percent * 10 ** digits) / 10 ** digits).toFixed(digits)} %`;
}

/** A duration, or a dash where there is none. */
export function took(ms: number | null): string {
  return ms === null ? '–' : formatDuration(ms).replaceAll(' ', '\u00a0');
}

/** `codex gpt-5` */
export function pair({ tool, model }: { tool: string | null; model: string | null }): string {
  return [tool, model].filter((name) => name !== null && name !== '').join(' ') || '–';
}
