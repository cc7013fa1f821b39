import path from 'node:path';
import type { AllowanceSummary } from '../domain/invocation.js';
import { dollars } from '../domain/money.js';
import { err, ok, type Result } from '../domain/result.js';
import type { FailOpen } from '../policy/spend-limits.js';
import { ownIdentity } from '../process/this-process.js';
import { sourcesOf } from './family.js';
import type { AdmitRequest, FamilyShare, Ledger, LedgerTrouble, Verdict } from './ledger.js';
import { livenessOfOwner } from './liveness.js';
import { openFile } from './open.js';
import type { LedgerPlace } from './place.js';
import { ALWAYS } from './reservations.js';
import { sqliteLedger } from './sqlite-ledger.js';
import { transaction } from './transaction.js';

/** An allowance that a run may go on by. */
export interface OpenAllowance {
  /** A ledger in which nothing is reserved beyond it. */
  ledger: Ledger;
  use: AllowanceSummary;
}

/** The file of the allowances for a shared ledger, in the folder of its pending records. */
export function allowanceFile(pendingPath: string): string {
  return path.join(`${pendingPath}.pending`, 'allowance.db');
}

/** The scope in which runs count that go on by the allowance of a policy. */
const SCOPE = 'allowance ';

/** Without the scopes that no other ledger has. */
export function withoutAllowance(scopes: string): string {
  return JSON.stringify((JSON.parse(scopes) as string[]).filter((scope) => !scope.startsWith(SCOPE)));
}

/** The local ledger of allowances, which closes with `close`. */
export interface Allowances {
  /** That of a policy: `trouble` is why the shared ledger cannot be used. */
  of(allowance: FailOpen, trouble: LedgerTrouble): OpenAllowance;
  close(): void;
}

/**
 * Opens the local ledger of runs that go on without the shared one: a ledger file like any other, so that its reservations hold across
 * processes and crashes.
 */
export async function openAllowances(
  file: string,
  place: Pick<LedgerPlace, 'now' | 'ending' | 'warn'>,
): Promise<Result<Allowances, LedgerTrouble>> {
  const opened = await openFile(file, place);
  if (!opened.ok) return opened;
  const db = opened.value;
  const { now, ending, warn = () => {} } = place;
  const owner = JSON.stringify(ownIdentity());
  const ledger = sqliteLedger(db, { file, now, ending, warn, owner, livenessOf: livenessOfOwner });
  const holdsOwnerOf = (family: FamilyShare) =>
    transaction(db, 'read', () => sourcesOf(db, family).length > 0);
  return ok({
    of: (allowance, trouble) => ({
      ledger: { ...ledger, admit: (request) => admit(ledger, request, { allowance, trouble, holdsOwnerOf }) },
      use: useOf(allowance, trouble),
    }),
    close: () => ledger.close(),
  });
}

interface Bound {
  allowance: FailOpen;
  trouble: LedgerTrouble;
  /** Whether the outer run whose cap it is goes on by an allowance too. */
  holdsOwnerOf: (family: FamilyShare) => boolean;
}

function useOf({ policy, upToMicroUsd }: FailOpen, { message: why }: LedgerTrouble): AllowanceSummary {
  const until = `which allows ${dollars(upToMicroUsd)} in all until it is back`;
  const warning = `${why}; this run went on by \`fail_open\` of policy \`${policy}\`, ${until}`;
  return { policy, upToMicroUsd, why, warning };
}

async function admit<Refusal>(
  ledger: Ledger,
  request: AdmitRequest<Refusal>,
  { allowance, trouble, holdsOwnerOf }: Bound,
): Promise<Result<Verdict<Refusal>, LedgerTrouble>> {
  if (request.family !== null && !holdsOwnerOf(request.family)) return err(trouble);
  const scope = `${SCOPE}${allowance.policy}`;
  const done = await ledger.admit<Refusal | UsedUp>({
    ...request,
    scopes: [...request.scopes, scope],
    queries: [{ scope, period: ALWAYS }, ...request.queries],
    decide: ([own, ...others]) => {
      const verdict = request.decide(others);
      if ('refusal' in verdict) return verdict;
      const used = (own?.settledMicroUsd ?? 0) + (own?.reservedMicroUsd ?? 0);
      const isDrawn = verdict.reserveMicroUsd > 0 && (own?.drawableMicroUsd ?? 0) >= verdict.reserveMicroUsd;
      // A run whose calls are held one by one reserves nothing at first.
      const fits = used + Math.max(1, verdict.reserveMicroUsd) <= allowance.upToMicroUsd;
      return fits || isDrawn ? verdict : { refusal: new UsedUp(used) };
    },
  });
  if (!done.ok) return done;
  const { value } = done;
  if (!('refusal' in value)) return ok(value);
  if (!(value.refusal instanceof UsedUp)) return ok({ refusal: value.refusal });
  return err(usedUp(trouble, allowance, value.refusal.microUsd));
}

/** The run does not fit into what is left of the allowance. */
class UsedUp {
  constructor(readonly microUsd: number) {}
}

function usedUp(trouble: LedgerTrouble, { policy, upToMicroUsd, at }: FailOpen, used: number): LedgerTrouble {
  const where = at === null ? '' : ` at ${at}`;
  return {
    kind: trouble.kind,
    message: `${trouble.message}; \`fail_open\` of policy \`${policy}\` allows ${dollars(upToMicroUsd)} until it is back, of which ${dollars(used)} is used`,
    hint: `${trouble.hint}\nor raise \`up_to_usd\`${where}`,
  };
}
