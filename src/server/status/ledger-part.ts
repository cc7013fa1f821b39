import type { RouterConfig } from '../../config/types.js';
import { dayOf } from '../../domain/calendar.js';
import type { ToolUse } from '../../domain/facts.js';
import { ok, type Result } from '../../domain/result.js';
import type { LedgerAccess } from '../../ledger/access.js';
import type { LedgerReader, LedgerTrouble, UsageGroup } from '../../ledger/ledger.js';
import { slotRulesOf } from '../../policy/rate-limit.js';
import { budgetLines } from '../../reports/budgets.js';
import { usageLine } from '../../reports/usage-line.js';
import type { StatusInput } from '../status.js';
import type { Range, StatusTrouble } from './document.js';
import { timelineReader } from './hours.js';

/** What the document takes from the ledger. */
export type LedgerPart = Pick<StatusInput, 'today' | 'budgets' | 'timeline'> & {
  /** Of each tool with limits, by name; a missing one is unknown. */
  uses: Record<string, ToolUse>;
  troubles: StatusTrouble[];
};

/** Length of the steps of each range, ms: some 60 to 72 of them, which an hour is a multiple of. */
const STEPS: Readonly<Record<Range, { stepMs: number; count: number }>> = {
  '1h': { stepMs: 60_000, count: 60 },
  '6h': { stepMs: 5 * 60_000, count: 72 },
  '24h': { stepMs: 20 * 60_000, count: 72 },
};

/** Reads a ledger for the page; where there is none yet, nothing was spent. */
export function ledgerReader(
  config: RouterConfig,
  access: LedgerAccess | null,
): (range: Range, nowMs: number) => Promise<LedgerPart> {
  const readTimeline = timelineReader();
  const project = access?.project ?? '';
  const limited = Object.values(config.tools).flatMap((tool) => slotRulesOf(tool)?.tool ?? []);
  return async (range, nowMs) => {
    const span = spanOf(range, nowMs);
    const ask = async (ledger: LedgerReader): Promise<Result<LedgerPart, LedgerTrouble>> => {
      const day = dayOf(nowMs);
      const usage = await ledger.usage({ since: day, until: day }, [[], ['tool']]);
      if (!usage.ok) return usage;
      const steps = await readTimeline(ledger, { ...span, nowMs });
      if (!steps.ok) return steps;
      const budgets = await budgetLines(config, { project, nowMs }, (limits) => ledger.spend(limits));
      if (!budgets.ok) return budgets;
      const uses = await usesOf(limited, ledger);
      if (!uses.ok) return uses;
      return ok({
        today: todayOf(day, usage.value),
        budgets: budgets.value,
        timeline: { range, ...span, steps: steps.value },
        uses: uses.value,
        troubles: [],
      });
    };
    const read = access === null ? ok(null) : await access.read(ask);
    if (!read.ok) return unreadable(read.error);
    return read.value ?? emptyPart(config, { limited, project, range, nowMs });
  };
}

function spanOf(range: Range, nowMs: number): { sinceMs: number; stepMs: number } {
  const { stepMs, count } = STEPS[range];
  return { sinceMs: (Math.floor(nowMs / stepMs) + 1 - count) * stepMs, stepMs };
}

async function usesOf(
  tools: readonly string[],
  { slots }: LedgerReader,
): Promise<Result<Record<string, ToolUse>, LedgerTrouble>> {
  const uses: [string, ToolUse][] = [];
  for (const tool of tools) {
    const use = await slots.use(tool);
    if (!use.ok) return use;
    uses.push([tool, use.value]);
  }
  return ok(Object.fromEntries(uses));
}

function todayOf(
  day: string,
  [all = [], byTool = []]: readonly (readonly UsageGroup[])[],
): StatusInput['today'] {
  const lines = byTool.flatMap((group) => {
    const [tool = null] = group.keys;
    return tool === null ? [] : [[tool, usageLine(group)] as const];
  });
  return { day, total: usageLine(all[0] ?? null), byTool: Object.fromEntries(lines) };
}

const NO_USE: ToolUse = { holders: [], startsInMinute: 0, startsInHour: 0 };

async function emptyPart(
  config: RouterConfig,
  known: { limited: readonly string[]; project: string; range: Range; nowMs: number },
): Promise<LedgerPart> {
  const { limited, range, nowMs } = known;
  const budgets = await budgetLines(config, known, async () => ok(null));
  return {
    today: todayOf(dayOf(nowMs), []),
    budgets: budgets.ok ? budgets.value : [],
    timeline: { range, ...spanOf(range, nowMs), steps: [] },
    uses: Object.fromEntries(limited.map((tool) => [tool, NO_USE])),
    troubles: [],
  };
}

function unreadable({ message, hint }: LedgerTrouble): LedgerPart {
  const troubles: StatusTrouble[] = [{ part: 'ledger', message, hint }];
  return { today: null, budgets: [], timeline: null, uses: {}, troubles };
}
