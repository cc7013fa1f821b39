import type { Failure } from '../domain/failure.js';
import type { NestedSummary } from '../domain/invocation.js';
import { dollars } from '../domain/money.js';
import type { Request } from '../domain/request.js';
import { ok, type Result } from '../domain/result.js';
import type { LedgerAccess } from '../ledger/access.js';
import type { NestedRuns } from '../ledger/ledger.js';
import { type Leave, type NestedRun, tooMany } from './nested-run.js';

/**
 * Notes a nested run with its caller, and waits until that may have one more at once. The failure says why it may not run; a run that is
 * not nested, or whose caller has no limits, goes on at once.
 */
export async function joinCaller(run: NestedRun): Promise<Result<Leave, Failure>> {
  const { parent } = run.planned.request;
  const { cap, children } = parent?.family ?? { cap: null, children: { atOnce: null, inAll: null } };
  const isLimited = children.atOnce !== null || children.inAll !== null;
  if (parent === null || (cap === null && !isLimited)) return ok(async () => {});
  const { joinFamily } = await import('./join-family.js');
  return joinFamily(run, { parent, cap, children, isLimited });
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
