import { type Failure, failure } from '../domain/failure.js';
import type { NestedSummary } from '../domain/invocation.js';
import { dollars } from '../domain/money.js';
import type { Request } from '../domain/request.js';
import { err, ok, type Result } from '../domain/result.js';
import { namesOf } from '../gates/candidate.js';
import { startHeartbeat } from '../gates/heartbeat.js';
import { waitFor } from '../gates/wait.js';
import { type LedgerAccess, LOCAL_HEARTBEAT_MS } from '../ledger/access.js';
import type { Ledger, LedgerTrouble, NestedRuns } from '../ledger/ledger.js';
import { decideSlot, type SlotVerdict } from '../policy/rate-limit.js';
import type { Run } from './state.js';

/** A run, as far as it concerns its caller. */
type NestedRun = Pick<Run, 'planned' | 'host' | 'stores' | 'stop' | 'recorder'>;

/** Lets go of the place that a nested run has among those of its caller. */
export type Leave = () => Promise<void>;

/**
 * Notes a nested run with its caller, and waits until that may have one more at once. The failure says why it may not run; a run that is
 * not nested, or whose caller has no limits, goes on at once.
 */
export async function joinCaller(run: NestedRun): Promise<Result<Leave, Failure>> {
  const { parent } = run.planned.request;
  const { cap, children } = parent?.family ?? { cap: null, children: { atOnce: null, inAll: null } };
  const isLimited = children.atOnce !== null || children.inAll !== null;
  if (parent === null || (cap === null && !isLimited)) return ok(async () => {});
  const opened = (await run.stores.ledger?.open()) ?? null;
  if (opened === null) return isLimited ? err(unlimited(null)) : ok(async () => {});
  // Under a cap alone, what costs nothing may run; what costs something finds the ledger closed as well.
  if (!opened.ok) return isLimited ? err(unlimited(opened.error)) : ok(async () => {});
  const { id } = run.planned;
  const { inAll: mostInAll, atOnce } = children;
  const joined = await opened.value.join({
    id,
    parentId: parent.id,
    familyId: cap?.ownerId ?? null,
    mostInAll,
  });
  if (!joined.ok) return isLimited ? err(unlimited(joined.error)) : ok(async () => {});
  if (!joined.value) return err(tooMany(mostInAll ?? 0));
  if (atOnce === null || parent.id === null) return ok(async () => {});
  return takePlace(run, opened.value, { parentId: parent.id, atOnce });
}

/** Why a nested run is one too many; `null`: there is room, or no limit. */
export async function tooManyNested(
  { parent }: Request,
  ledger: LedgerAccess | null,
): Promise<Failure | null> {
  const inAll = parent?.family.children.inAll ?? null;
  const parentId = parent?.id ?? null;
  if (ledger === null || inAll === null || parentId === null) return null;
  const made = await ledger.read((open) => open.childrenOf(parentId));
  return made.ok && (made.value ?? 0) >= inAll ? tooMany(inAll) : null;
}

function tooMany(inAll: number): Failure {
  const message = `the run that makes this nested call may make ${inAll} in all (\`max_children.in_all\`)`;
  return failure('not_allowed', message, { phase: 'plan', hint: 'raise it in the policy of that run' });
}

function unlimited(trouble: LedgerTrouble | null): Failure {
  const why = trouble?.message ?? 'this router keeps no ledger';
  return failure('input', `${why}, and \`max_children\` of the outer call needs it`, {
    hint: trouble?.hint ?? 'give it one',
    ofLedger: true,
  });
}

/** A place among the nested runs of the same caller, in the order of asking. */
async function takePlace(
  { planned, host, stop, recorder, stores }: NestedRun,
  { slots }: Ledger,
  { parentId, atOnce }: { parentId: string; atOnce: number },
): Promise<Result<Leave, Failure>> {
  const { clock } = host;
  const { deadline } = stop;
  const startMs = clock.monotonic();
  let shownAhead: number | null = null;
  const rules = {
    tool: `nested calls of ${parentId}`,
    concurrency: atOnce,
    windows: [],
    queue: Number.POSITIVE_INFINITY,
    at: null,
  };
  const decide = (state: Parameters<typeof decideSlot>[1], nowMs: number): SlotVerdict =>
    decideSlot(rules, state, { nowMs, mostWaitMs: Number.POSITIVE_INFINITY });
  for (;;) {
    const taken = await slots.take({ id: planned.id, tool: rules.tool, inherited: [], starts: 0, decide });
    if (!taken.ok) return err(unlimited(taken.error));
    if (taken.value.is === 'admitted') {
      const stopHeartbeat = startHeartbeat(stores.ledger?.heartbeatMs ?? LOCAL_HEARTBEAT_MS, () =>
        slots.heartbeat(planned.id),
      );
      return ok(async () => {
        stopHeartbeat();
        await slots.leave(planned.id);
      });
    }
    const ahead = taken.value.is === 'waiting' ? taken.value.ahead : 0;
    const waitedMs = shownAhead === null ? 0 : Math.round(clock.monotonic() - startMs);
    const [first] = planned.candidates;
    if (ahead !== shownAhead && first !== undefined) {
      const candidate = namesOf(first);
      await recorder.emit({
        type: 'queue.wait',
        attempt: 0,
        candidate,
        ahead,
        delayMs: null,
        at: null,
        waitedMs,
      });
    }
    shownAhead = ahead;
    await waitFor(ahead < 2 ? 50 : 250, clock, deadline.signal);
    if (deadline.failure === null) continue;
    await slots.leave(planned.id);
    const message = `${deadline.failure.message}, while it waited for other calls of the same run to end`;
    return err({ ...deadline.failure, message });
  }
}

/** What the runs nested in a run have done, when it ends; `null`: there were none, or nothing binds them. */
export function watchNested({
  planned,
  stores,
}: Pick<NestedRun, 'planned' | 'stores'>): () => Promise<NestedSummary | null> {
  const { spending, policy, id } = planned;
  const { ledger } = stores;
  const { atOnce, inAll } = policy.maxChildren;
  const capMicroUsd = spending.family === null ? spending.capMicroUsd : null;
  const isBinding = capMicroUsd !== null || atOnce !== null || inAll !== null;
  if (ledger === null || !isBinding) return async () => null;
  const before = ledger.state();
  return async () => {
    // A nested run is noted in the ledger before its tool starts. Opening it takes longer than everything else at the end of a run.
    if (before !== null && ledger.state() === before) return null;
    const read = await ledger.read((open) => open.nestedIn(id));
    const nested = read.ok ? read.value : null;
    return nested === null || nested.runs === 0 ? null : summary(nested, capMicroUsd);
  };
}

function summary({ runs, refused, countedMicroUsd }: NestedRuns, capMicroUsd: number | null): NestedSummary {
  return { runs, refused, spentMicroUsd: capMicroUsd === null ? null : countedMicroUsd, capMicroUsd };
}

/** A warning about nested runs that were refused; none if none was. */
export function nestedWarnings(nested: NestedSummary | null): string[] {
  if (nested === null || nested.refused === 0) return [];
  const { runs, refused, spentMicroUsd, capMicroUsd } = nested;
  const calls = runs === 1 ? 'the nested call' : `${refused} of ${runs} nested calls`;
  const were = runs === 1 || refused === 1 ? 'was' : 'were';
  const cap =
    capMicroUsd === null
      ? ''
      : `; under the cap of ${dollars(capMicroUsd)} they have spent ${dollars(spentMicroUsd ?? 0)}`;
  return [`${calls} ${were} refused${cap}`];
}
