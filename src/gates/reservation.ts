import type { SpendWindow } from '../domain/facts.js';
import { type Failure, failure } from '../domain/failure.js';
import { settingNames } from '../domain/setting-names.js';
import type { Ledger, LedgerTrouble } from '../ledger/ledger.js';
import { type BudgetRefusal, budgetNotices, checkBudget } from '../policy/budget.js';
import { costWords, type RunCost } from '../policy/run-cost.js';
import { limitsOfRun, windowsOf } from '../policy/spend-limits.js';
import { admissionOf } from './admission.js';
import type { Entry, GateRun } from './gate.js';

/** The reserved amount of an attempt, micro-USD; or why it is refused, or why the ledger failed. */
export type Reserved =
  | { reserveMicroUsd: number }
  | { refusal: BudgetRefusal }
  | { stop: Failure }
  | { trouble: LedgerTrouble };

/** Reserves money for the attempts of one invocation, one after the other. */
export class Reservations {
  readonly #run: GateRun;
  /** Limits that were shown already. */
  readonly #shown = new Set<string>();
  /** The user has confirmed a soft limit. */
  #confirmed = false;

  constructor(run: GateRun) {
    this.#run = run;
  }

  /** Reserves the worst-case cost of an attempt. The tool may start right after. */
  async reserve(ledger: Ledger, entry: Entry, cost: RunCost): Promise<Reserved> {
    const id = `${this.#run.id}:${entry.n}`;
    for (;;) {
      const verdict = await this.#admit(ledger, { id, entry, cost });
      if (verdict === 'ask') {
        const stop = await this.#askPerson();
        if (stop !== null) return { stop };
        continue;
      }
      const stop = this.#run.deadline.failure;
      if ('trouble' in verdict && stop !== null) return { stop };
      if (!('reserveMicroUsd' in verdict)) return verdict;
      if (stop !== null) {
        await ledger.release(id);
        return { stop };
      }
      const begun = await ledger.begin(id);
      if (!begun.ok) return { trouble: begun.error };
      // After a long sleep another process may have released the reservation.
      if (begun.value) return verdict;
    }
  }

  async #admit(
    ledger: Ledger,
    { id, entry, cost }: { id: string; entry: Entry; cost: RunCost },
  ): Promise<Exclude<Reserved, { stop: Failure }> | 'ask'> {
    const { request, spending, clock } = this.#run;
    const atMs = clock.now();
    const limits = limitsOfRun(spending, atMs);
    let windows: SpendWindow[] = [];
    const admitted = await ledger.admit<BudgetRefusal | 'ask'>({
      ...admissionOf(this.#run, entry, { limits, atMs }),
      id,
      attemptId: null,
      decide: (spend) => {
        windows = windowsOf(limits, spend);
        const verdict = checkBudget(windows, cost, {
          forced: request.force,
          nested: request.parent !== null,
          isCapAsked: spending.isCapAsked,
          names: settingNames(request.origin),
        });
        const mustAsk = !this.#confirmed && budgetNotices(windows, cost).some(({ window }) => !window.isHard);
        return 'refusal' in verdict || !mustAsk ? verdict : { refusal: 'ask' };
      },
    });
    if (!admitted.ok) return { trouble: admitted.error };
    const verdict = admitted.value;
    if (!('refusal' in verdict) || verdict.refusal === 'ask') await this.#show(windows, cost);
    if ('refusal' in verdict) return verdict.refusal === 'ask' ? 'ask' : { refusal: verdict.refusal };
    if (request.force) await this.#recordOverride(entry, windows, cost);
    return verdict;
  }

  /** Warns about every limit that is near, once. */
  async #show(windows: readonly SpendWindow[], cost: RunCost): Promise<void> {
    for (const notice of budgetNotices(windows, cost)) {
      const { scope, period, limitMicroUsd } = notice.window;
      const key = JSON.stringify([scope, period, limitMicroUsd]);
      if (this.#shown.has(key)) continue;
      this.#shown.add(key);
      await this.#run.emit({ type: 'budget.warning', ...notice, estimate: costWords(cost) });
    }
  }

  async #recordOverride(
    { candidate: { tool, modelName } }: Entry,
    windows: readonly SpendWindow[],
    cost: RunCost,
  ): Promise<void> {
    const nested = this.#run.request.parent !== null;
    const verdict = checkBudget(windows, cost, { forced: false, nested });
    if (!('refusal' in verdict)) return;
    await this.#run.overridden({ tool: tool.name, model: modelName, reason: verdict.refusal.detail });
  }

  /** Once for the whole invocation. */
  async #askPerson(): Promise<Failure | null> {
    this.#confirmed = await this.#run.confirm();
    if (this.#run.deadline.failure !== null) return this.#run.deadline.failure;
    if (this.#confirmed) return null;
    const { yes } = settingNames(this.#run.request.origin);
    return failure('budget_exceeded', 'a soft limit was reached, and the question was answered with no', {
      phase: 'admit',
      hint: yes === null ? null : `answer \`y\`, or give ${yes}`,
    });
  }
}
