import type { RouterConfig } from '../../config/types.js';
import { dayOf } from '../../domain/calendar.js';
import type { ToolUse } from '../../domain/facts.js';
import { ok, type Result } from '../../domain/result.js';
import { reasonOf } from '../../files.js';
import type { LedgerReader, LedgerTrouble, UsageGroup } from '../../ledger/ledger.js';
import { slotRulesOf } from '../../policy/rate-limit.js';
import { budgetLines } from '../../reports/budgets.js';
import { usageLine } from '../../reports/usage-line.js';
import type { Router } from '../../router/router.js';
import type { Stores } from '../../router/world.js';
import { folderOf } from '../../trace/store.js';
import type { StatusInput } from '../status.js';
import type { Range, RunsStatus, ServerStatus, StatusTrouble } from './document.js';
import { type RecentRuns, recentRuns } from './recent-runs.js';

/** Where the parts of the document are read. */
export interface StatusSources {
  router: Router;
  stores: Pick<Stores, 'ledger' | 'cooldowns' | 'traces'>;
  now: () => number;
  server: () => ServerStatus;
  /** The runs of this server. */
  ownRuns: () => RunsStatus;
}

/** Gathers what the page shows. It remembers traces that have ended, so that one is kept for each config in use. */
export type Gatherer = (range: Range) => Promise<StatusInput>;

/** Changes nothing: opens the ledger to read, runs nothing and connects to nothing. */
export function gatherer({ router, stores, now, server, ownRuns }: StatusSources): Gatherer {
  const runs = runsReader(stores.traces === null ? null : folderOf(stores.traces.place));
  const { config } = router;
  return async (range) => {
    const nowMs = now();
    const [ledger, traces, states, { cooldowns }] = await Promise.all([
      readLedger(config, stores, { range, nowMs }),
      runs(),
      router.tools(),
      stores.cooldowns.read(),
    ]);
    return {
      nowMs,
      server: server(),
      troubles: [...ledger.troubles, ...traces.troubles],
      today: ledger.today,
      budgets: ledger.budgets,
      runs: joined(ownRuns(), traces.runs),
      timeline: ledger.timeline,
      tools: { config, states, cooldowns, uses: ledger.uses },
    };
  };
}

interface TracesRead {
  runs: RunsStatus | null;
  troubles: StatusTrouble[];
}

/** The server knows more of its own runs than their traces do. Without traces it knows only these. */
function joined(own: RunsStatus, traced: RunsStatus | null): RunsStatus {
  if (traced === null) return own;
  const isOwn = new Set(own.running.map(({ id }) => id));
  const running = [...own.running, ...traced.running.filter(({ id }) => !isOwn.has(id))];
  // One that ends while this is gathered may be in both.
  const recent = traced.recent.filter(({ id }) => !isOwn.has(id));
  return { running: running.sort((a, b) => (a.id < b.id ? 1 : -1)), recent };
}

function runsReader(dir: string | null): () => Promise<TracesRead> {
  if (dir === null) return async () => ({ runs: null, troubles: [] });
  const reader: RecentRuns = recentRuns(dir);
  return async () => {
    try {
      return { runs: await reader.read(), troubles: [] };
    } catch (error) {
      const message = `the traces in \`${dir}\` cannot be read: ${reasonOf(error)}`;
      return { runs: { running: [], recent: [] }, troubles: [{ part: 'traces', message, hint: null }] };
    }
  };
}

type LedgerPart = Pick<StatusInput, 'today' | 'budgets' | 'timeline'> & {
  uses: Record<string, ToolUse>;
  troubles: StatusTrouble[];
};

/** Length of the steps of each range, ms: some 60 to 72 of them. */
const STEPS: Readonly<Record<Range, { stepMs: number; count: number }>> = {
  '1h': { stepMs: 60_000, count: 60 },
  '6h': { stepMs: 5 * 60_000, count: 72 },
  '24h': { stepMs: 20 * 60_000, count: 72 },
};

async function readLedger(
  config: RouterConfig,
  { ledger }: Pick<Stores, 'ledger'>,
  { range, nowMs }: { range: Range; nowMs: number },
): Promise<LedgerPart> {
  const day = dayOf(nowMs);
  const { stepMs, count } = STEPS[range];
  const sinceMs = (Math.floor(nowMs / stepMs) + 1 - count) * stepMs;
  const project = ledger?.project ?? '';
  const limited = Object.values(config.tools).filter((tool) => slotRulesOf(tool) !== null);
  const ask = async (open: LedgerReader): Promise<Result<LedgerPart, LedgerTrouble>> => {
    const usage = await open.usage({ since: day, until: day }, [[], ['tool']]);
    const steps = await open.timeline({ sinceMs, stepMs });
    const budgets = await budgetLines(config, { project, nowMs }, (limits) => open.spend(limits));
    if (!usage.ok) return usage;
    if (!steps.ok) return steps;
    if (!budgets.ok) return budgets;
    const uses: Record<string, ToolUse> = {};
    for (const { name } of limited) {
      const use = await open.slots.use(name);
      if (!use.ok) return use;
      uses[name] = use.value;
    }
    const [total = [], byTool = []] = usage.value;
    const timeline = { range, sinceMs, stepMs, steps: steps.value };
    return ok({ today: todayOf(day, total, byTool), budgets: budgets.value, timeline, uses, troubles: [] });
  };
  const read = ledger === null ? ok(null) : await ledger.read(ask);
  if (!read.ok) return unreadable(read.error);
  if (read.value !== null) return read.value;
  const uses = Object.fromEntries(limited.map(({ name }) => [name, NO_USE]));
  const timeline = { range, sinceMs, stepMs, steps: [] };
  return { ...(await emptyLedger(config, { day, project, nowMs })), timeline, uses };
}

const NO_USE: ToolUse = { holders: [], startsInMinute: 0, startsInHour: 0 };

function todayOf(
  day: string,
  [total]: readonly UsageGroup[],
  tools: readonly UsageGroup[],
): StatusInput['today'] {
  const byTool = tools.flatMap((group) => {
    const [tool] = group.keys;
    return tool === null || tool === undefined ? [] : [[tool, usageLine(group)] as const];
  });
  return { day, total: usageLine(total ?? null), byTool: Object.fromEntries(byTool) };
}

/** There is no ledger yet: nothing was spent. */
async function emptyLedger(
  config: RouterConfig,
  known: { day: string; project: string; nowMs: number },
): Promise<Pick<LedgerPart, 'today' | 'budgets' | 'troubles'>> {
  const lines = await budgetLines(config, known, async () => ok(null));
  return { today: todayOf(known.day, [], []), budgets: lines.ok ? lines.value : [], troubles: [] };
}

function unreadable({ message, hint }: LedgerTrouble): LedgerPart {
  return {
    today: null,
    budgets: [],
    timeline: null,
    uses: {},
    troubles: [{ part: 'ledger', message, hint }],
  };
}
