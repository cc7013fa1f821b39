import { type Failure, failure } from '../domain/failure.js';
import type { FamilyRules } from '../domain/family.js';
import type { Parent } from '../domain/request.js';
import { err, ok, type Result } from '../domain/result.js';
import { namesOf } from '../gates/candidate.js';
import { startHeartbeat } from '../gates/heartbeat.js';
import { waitFor } from '../gates/wait.js';
import { LOCAL_HEARTBEAT_MS } from '../ledger/access.js';
import type { Ledger, LedgerTrouble } from '../ledger/ledger.js';
import { decideSlot, type SlotVerdict } from '../policy/rate-limit.js';
import { type Leave, type NestedRun, tooMany } from './nested-run.js';

/** Notes a nested run in the ledger of its family, and takes its place. */
export async function joinFamily(
  run: NestedRun,
  { parent, cap, children, isLimited }: FamilyRules & { parent: Parent; isLimited: boolean },
): Promise<Result<Leave, Failure>> {
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
