import type { Attempt } from '../domain/attempt.js';
import type { SpendLimit, SpendWindow } from '../domain/facts.js';
import { type Failure, failure } from '../domain/failure.js';
import type { Invocation } from '../domain/invocation.js';
import { dollars } from '../domain/money.js';
import type { Result } from '../domain/result.js';
import type { AttemptRow, Ledger, LedgerTrouble } from '../ledger/ledger.js';
import type { Pending } from '../ledger/pending.js';
import { attemptRow, invocationRow } from '../ledger/rows.js';
import { type BudgetRefusal, budgetNotices, checkBudget, checkLedger } from '../policy/budget.js';
import { costWords, countedMicroUsd, type RunCost, runCost } from '../policy/run-cost.js';
import { windowsOf } from '../policy/spend-limits.js';
import type { AccountDeps, AccountRefusal, Admission, Asking, Ticket } from './account-types.js';

/** How often a live reservation says that its process lives, ms; well below the time after which it would be taken back. */
const SIGN_OF_LIFE_MS = 60_000;

/** The money of one invocation: what its attempts may spend, hold and have spent. */
export class Account {
  readonly #deps: AccountDeps;
  readonly #told = new Set<string>();
  /** Of a run that no limit applies to. */
  readonly #rows: AttemptRow[] = [];
  #confirmed = false;
  #warned = false;
  #spentMicroUsd = 0;
  #signOfLife: NodeJS.Timeout | undefined;

  constructor(deps: AccountDeps) {
    this.#deps = deps;
  }

  /** Lets an attempt in and holds what it may cost, or says why not. The tool may be started right after. */
  async admit(asking: Asking): Promise<Admission> {
    const { capMicroUsd: cap, inputTokens } = this.#deps;
    const left = cap === null ? null : cap - this.#spentMicroUsd;
    if (asking.billing === 'api' && cap !== null && left !== null && left <= 0)
      return { refusal: capUsedUp(cap, this.#spentMicroUsd) };
    const ticket: Ticket = {
      id: `${this.#deps.invocationId}:${asking.n}`,
      billing: asking.billing,
      capMicroUsd: left,
      reservedMicroUsd: null,
      seenMicroUsd: 0,
    };
    if (asking.billing !== 'api' || !this.#isLimited()) return { ticket };
    const run = runCost({ ...asking, inputTokens, capMicroUsd: left });
    return this.#reserve(ticket, asking, run);
  }

  /** It has cost so much by now, micro-USD; `true`: that is over its cap, and it has to end. */
  async meter(ticket: Ticket, microUsd: number): Promise<boolean> {
    if (microUsd <= ticket.seenMicroUsd) return false;
    ticket.seenMicroUsd = microUsd;
    if (ticket.reservedMicroUsd !== null) await this.#signLife(ticket);
    return ticket.billing === 'api' && ticket.capMicroUsd !== null && microUsd > ticket.capMicroUsd;
  }

  /** An attempt that was let in does not start after all: nothing is held for it. */
  async release({ id, reservedMicroUsd }: Ticket): Promise<void> {
    clearInterval(this.#signOfLife);
    if (reservedMicroUsd !== null) await this.#write((ledger) => ledger.release(id));
  }

  /** The attempt is over: what it cost counts from now on, and nothing is held for it any more. */
  async settle(
    ticket: Ticket,
    ended: { attempt: Attempt; provider: string | null; started: boolean; active: boolean },
  ): Promise<void> {
    clearInterval(this.#signOfLife);
    const { attempt, provider, started, active } = ended;
    const counted = countedMicroUsd({
      started,
      active,
      failure: attempt.failure?.type ?? null,
      billing: ticket.billing,
      chargedMicroUsd: attempt.cost.chargedMicroUsd,
      isPartial: attempt.cost.basis === 'unknown' && attempt.cost.chargedMicroUsd !== null,
      seenMicroUsd: ticket.seenMicroUsd,
      reservedMicroUsd: ticket.reservedMicroUsd,
    });
    this.#spentMicroUsd += counted;
    const { agent, invocationId, info, now } = this.#deps;
    const settled = { id: ticket.id, invocationId, agent, scopes: info.scopes, attempt, provider };
    const row = attemptRow({ ...settled, countedMicroUsd: counted }, now());
    if (this.#isLimited()) return this.#write((ledger) => ledger.settle(row));
    // A run that goes on may never come to its end.
    if (attempt.failure !== null) return this.#keep({ attempts: [row], invocation: null });
    this.#rows.push(row);
  }

  /** Nothing runs any more, well or not: no sign of life is given for what it held. */
  dispose(): void {
    clearInterval(this.#signOfLife);
  }

  /** The invocation is over. */
  async close(invocation: Invocation): Promise<void> {
    // A ledger that kept it from starting was named already.
    if (invocation.attempts.length === 0 && invocation.failure?.type === 'input') return;
    const row = invocationRow(invocation, this.#deps.info);
    if (this.#isLimited()) return this.#write((ledger) => ledger.record(row));
    return this.#keep({ attempts: this.#rows, invocation: row });
  }

  #isLimited(): boolean {
    return this.#limits().length > 0;
  }

  async #keep(pending: Pending): Promise<void> {
    await this.#deps.ledger?.keep(pending);
  }

  #limits(): readonly SpendLimit[] {
    return this.#deps.limits(this.#deps.now());
  }

  async #reserve(ticket: Ticket, asking: Asking, run: RunCost): Promise<Admission> {
    const opened = (await this.#deps.ledger?.open()) ?? null;
    if (opened === null || !opened.ok) return this.#withoutLedger(ticket, opened?.error ?? null);
    const ledger = opened.value;
    for (;;) {
      const judged = await this.#judge(ledger, ticket, { asking, run });
      if ('trouble' in judged) return this.#withoutLedger(ticket, judged.trouble);
      if ('refusal' in judged) return { refusal: { ...judged.refusal, reason: 'budget_exceeded' } };
      if ('ask' in judged) {
        const stop = await this.#ask();
        if (stop !== null) return { stop };
        continue;
      }
      const { failure: ended } = this.#deps.deadline;
      if (ended !== null) {
        await ledger.release(ticket.id);
        return { stop: ended };
      }
      const begun = await ledger.begin(ticket.id);
      if (!begun.ok) return this.#withoutLedger(ticket, begun.error);
      // Somebody took this process for dead, after a long sleep: it has to ask again.
      if (begun.value) return { ticket: this.#hold(ticket, judged.reserveMicroUsd) };
    }
  }

  async #judge(
    ledger: Ledger,
    ticket: Ticket,
    { asking, run }: { asking: Asking; run: RunCost },
  ): Promise<Judged> {
    const { info, nested, invocationId, agent, now } = this.#deps;
    const atMs = now();
    const limits = this.#deps.limits(atMs);
    let windows: SpendWindow[] = [];
    const admitted = await ledger.admit<BudgetRefusal | 'ask'>({
      id: ticket.id,
      invocationId,
      n: asking.n,
      atMs,
      agent,
      tool: asking.tool,
      model: asking.model,
      scopes: info.scopes,
      queries: limits,
      decide: (spend) => {
        windows = windowsOf(limits, spend);
        const verdict = checkBudget(windows, run, { forced: info.forced, nested });
        const mustAsk = !this.#confirmed && budgetNotices(windows, run).some(({ window }) => !window.isHard);
        return 'refusal' in verdict || !mustAsk ? verdict : { refusal: 'ask' };
      },
    });
    if (!admitted.ok) return { trouble: admitted.error };
    const verdict = admitted.value;
    if (!('refusal' in verdict) || verdict.refusal === 'ask') await this.#tell(windows, run);
    if ('reserveMicroUsd' in verdict) {
      if (info.forced) await this.#tellOverride(asking, windows, run);
      return verdict;
    }
    return verdict.refusal === 'ask' ? { ask: true } : { refusal: verdict.refusal };
  }

  /** Every limit once. */
  async #tell(windows: readonly SpendWindow[], run: RunCost): Promise<void> {
    for (const notice of budgetNotices(windows, run)) {
      const { scope, period, limitMicroUsd } = notice.window;
      const key = JSON.stringify([scope, period, limitMicroUsd]);
      if (this.#told.has(key)) continue;
      this.#told.add(key);
      await this.#deps.notice({ ...notice, estimate: costWords(run) });
    }
  }

  async #tellOverride({ tool, model }: Asking, windows: readonly SpendWindow[], run: RunCost): Promise<void> {
    const verdict = checkBudget(windows, run, { forced: false, nested: this.#deps.nested });
    if ('refusal' in verdict) await this.#deps.overridden({ tool, model, reason: verdict.refusal.detail });
  }

  /** Once for the whole invocation. */
  async #ask(): Promise<Failure | null> {
    this.#confirmed = await this.#deps.confirm();
    if (this.#deps.deadline.failure !== null) return this.#deps.deadline.failure;
    if (this.#confirmed) return null;
    return failure('budget_exceeded', 'a soft limit was reached, and the question was answered with no', {
      phase: 'admit',
      hint: 'answer `y`, or give `--yes`',
    });
  }

  #hold(ticket: Ticket, reservedMicroUsd: number): Ticket {
    const held = { ...ticket, reservedMicroUsd };
    this.#signOfLife = setInterval(() => void this.#signLife(held), SIGN_OF_LIFE_MS).unref();
    return held;
  }

  async #signLife({ id, seenMicroUsd }: Ticket): Promise<void> {
    await this.#write((ledger) => ledger.meter(id, seenMicroUsd));
  }

  /** Only a hard limit needs a ledger to run; anything else only misses a record. */
  #withoutLedger(ticket: Ticket, trouble: LedgerTrouble | null): Admission {
    const refusal = this.#deps.info.forced ? null : checkLedger(this.#limits(), trouble);
    if (refusal !== null) return { refusal: { ...refusal, reason: 'input', resetAt: null } };
    if (trouble !== null) this.#warnOnce(trouble);
    return { ticket };
  }

  async #write(work: (ledger: Ledger) => Promise<Result<void, LedgerTrouble>>): Promise<void> {
    const opened = (await this.#deps.ledger?.open()) ?? null;
    if (opened === null) return;
    const done = opened.ok ? await work(opened.value) : opened;
    if (!done.ok) this.#warnOnce(done.error);
  }

  #warnOnce({ message }: LedgerTrouble): void {
    if (this.#warned) return;
    this.#warned = true;
    this.#deps.warn(`this run is not recorded as it should be: ${message}`);
  }
}

type Judged =
  | { reserveMicroUsd: number }
  | { refusal: BudgetRefusal }
  | { ask: true }
  | { trouble: LedgerTrouble };

function capUsedUp(capMicroUsd: number, spentMicroUsd: number): AccountRefusal {
  const cap = dollars(capMicroUsd);
  return {
    reason: 'budget_exceeded',
    detail:
      spentMicroUsd === 0
        ? `Budget exceeded: this request may cost ${cap}`
        : `Budget exceeded: earlier attempts have used up the ${cap} of this request`,
    hint: 'raise `--max-cost`, `max_cost_usd` of the agent or `per_request_usd` of the budget',
    at: null,
    resetAt: null,
  };
}
