import type { SlotHolder, ToolUse } from '../../domain/facts.js';
import type { SlotRules } from '../../policy/rate-limit.js';
import type { Finding, HealthContext, HealthItem, LimitedTool } from '../context.js';

/** The limits of each tool, and the runs that use it or wait for it now. */
export function checkLimits({ limits }: HealthContext): HealthItem[] {
  return limits.map((limited) => ({
    check: 'limit',
    subject: limited.rules.tool,
    ask: () => finding(limited),
  }));
}

function finding(limited: LimitedTool): Finding {
  const { rules } = limited;
  if ('use' in limited)
    return { status: 'ok', detail: words(rules, limited.use), fix: null, data: dataOf(rules, limited.use) };
  return {
    status: 'warn',
    detail: `its current use is unknown: ${limited.trouble}`,
    fix: 'repair the ledger; until then the limits are not enforced',
  };
}

function words({ concurrency, windows, queue }: SlotRules, use: ToolUse): string {
  return [
    ...(concurrency === null ? [] : [slotWords(concurrency, running(use))]),
    ...windows.map(({ name, most }) => `${startsIn(use)[name]} of ${most} starts in the last ${name}`),
    `${waiting(use)} of at most ${queue} waiting`,
  ].join(', ');
}

function slotWords(concurrency: number, holders: readonly SlotHolder[]): string {
  const by = holders.length === 0 ? '' : ` (process ${holders.map(({ pid }) => pid).join(', ')})`;
  return `${holders.length} of ${concurrency} slots in use${by}`;
}

function dataOf({ concurrency, queue, windows }: SlotRules, use: ToolUse): Readonly<Record<string, unknown>> {
  const most = (name: string) => windows.find((window) => window.name === name)?.most ?? null;
  return {
    concurrency,
    requests_per_minute: most('minute'),
    requests_per_hour: most('hour'),
    queue,
    running: running(use).map(({ pid, host, sinceMs }) => ({
      pid,
      host,
      since: new Date(sinceMs).toISOString(),
    })),
    waiting: waiting(use),
    starts_in_minute: use.startsInMinute,
    starts_in_hour: use.startsInHour,
  };
}

function running({ holders }: ToolUse): SlotHolder[] {
  return holders.filter(({ isWaiting }) => !isWaiting);
}

function waiting(use: ToolUse): number {
  return use.holders.length - running(use).length;
}

function startsIn({ startsInMinute, startsInHour }: ToolUse): { minute: number; hour: number } {
  return { minute: startsInMinute, hour: startsInHour };
}
