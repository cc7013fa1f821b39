import { reasonOf } from '../../files.js';
import type { Router } from '../../router/router.js';
import type { Stores } from '../../router/world.js';
import { folderOf } from '../../trace/store.js';
import type { StatusInput } from '../status.js';
import type { Range, RunsStatus, ServerStatus, StatusTrouble } from './document.js';
import { ledgerReader } from './ledger-part.js';
import { recentRuns } from './recent-runs.js';

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
  const readLedger = ledgerReader(config, stores.ledger);
  return async (range) => {
    const nowMs = now();
    const [ledger, traces, states, { cooldowns }] = await Promise.all([
      readLedger(range, nowMs),
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
  const reader = recentRuns(dir);
  return async () => {
    try {
      return { runs: await reader.read(), troubles: [] };
    } catch (error) {
      const message = `the traces in \`${dir}\` cannot be read: ${reasonOf(error)}`;
      return { runs: { running: [], recent: [] }, troubles: [{ part: 'traces', message, hint: null }] };
    }
  };
}
