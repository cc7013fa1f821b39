import type { CallHold, CallMoney, CallRefusal } from '../domain/call-money.js';
import type { SpendWindow } from '../domain/facts.js';
import { dollars } from '../domain/money.js';
import { type SettingNames, settingNames } from '../domain/setting-names.js';
import type { LedgerTrouble } from '../ledger/ledger.js';
import { fullWindow, usedWords } from '../policy/budget.js';
import { limitsOfRun, windowsOf } from '../policy/spend-limits.js';
import { admissionOf } from './admission.js';
import type { Candidate } from './candidate.js';
import type { FamilyMoney } from './family-money.js';
import type { GateRun } from './gate.js';

/** The attempt whose calls these are. */
interface Held {
  /** Id of the attempt. */
  id: string;
  n: number;
  candidate: Candidate;
  /** The most that all calls may cost together, micro-USD; `null`: no cap. */
  capMicroUsd: number | null;
  /** Whether limits apply that other runs share, so that the ledger knows each call. */
  isLimited: boolean;
  /** The runs that its tool starts, which share its cap. */
  family: FamilyMoney;
}

/** What raises the cap of a run. */
export function raiseCap({ maxCost }: SettingNames): string {
  const own = maxCost === null ? '' : `${maxCost}, `;
  return `raise ${own}\`max_cost_usd\` of the agent or \`per_request_usd\` of the budget`;
}

/**
 * The money of the calls of one attempt. Before each call its worst case is held inside the cap and inside every limit; after it the
 * real cost counts. So a killed router leaves exactly what the finished calls cost, and what the open ones hold.
 */
export class HeldCalls implements CallMoney {
  /** What the finished calls cost, micro-USD. */
  spentMicroUsd = 0;
  /** Calls that were let through. */
  count = 0;
  #heldMicroUsd = 0;
  readonly #run: GateRun;
  readonly #of: Held;

  constructor(run: GateRun, of: Held) {
    this.#run = run;
    this.#of = of;
  }

  get isLimiting(): boolean {
    const { request, spending, clock } = this.#run;
    if (this.#of.capMicroUsd !== null) return true;
    return !request.force && limitsOfRun(spending, clock.now()).some(({ isHard }) => isHard);
  }

  async hold(worstMicroUsd: number): Promise<CallHold | CallRefusal> {
    const { capMicroUsd } = this.#of;
    const left = capMicroUsd === null ? null : capMicroUsd - this.spentMicroUsd - this.#heldMicroUsd;
    if (capMicroUsd !== null && left !== null && worstMicroUsd > left)
      return overCap({ left, cap: capMicroUsd }, settingNames(this.#run.request.origin));
    // Before any wait, so that no two calls take the same money.
    this.#heldMicroUsd += worstMicroUsd;
    this.count += 1;
    const id = `${this.#of.id}/${this.count}`;
    const refusal = this.#isKnown() ? await this.#reserve(id, worstMicroUsd) : null;
    if (refusal !== null && isNoLedger(refusal) && !this.isLimiting) {
      if (refusal.trouble !== null) this.#run.ledger.warnOnce(refusal.trouble);
    } else if (refusal !== null) {
      this.#heldMicroUsd -= worstMicroUsd;
      return refusal;
    }
    return { worstMicroUsd, settle: (microUsd) => this.#settle(id, worstMicroUsd, microUsd) };
  }

  async #settle(id: string, worstMicroUsd: number, microUsd: number): Promise<void> {
    this.#heldMicroUsd -= worstMicroUsd;
    this.spentMicroUsd += microUsd;
    if (this.#isKnown())
      await this.#run.ledger.write((ledger) => ledger.settleCall({ id, attemptId: this.#of.id, microUsd }));
  }

  /** Whether the ledger knows each call: other runs are under the same limits, or nested ones under the same cap. */
  #isKnown(): boolean {
    return this.#of.isLimited || this.#of.family.isShared;
  }

  async #reserve(id: string, microUsd: number): Promise<CallRefusal | NoLedger | null> {
    const opened = await this.#run.ledger.open();
    if (opened === null || !opened.ok) return this.#withoutLedger(opened?.error ?? null);
    if (!this.#of.isLimited) await this.#of.family.note({ ...this.#of, seenMicroUsd: 0 });
    const { spending, clock, request } = this.#run;
    const atMs = clock.now();
    const limits = [...limitsOfRun(spending, atMs), ...this.#of.family.ownLimits()];
    const admitted = await opened.value.admit<SpendWindow>({
      ...admissionOf(this.#run, this.#of, { limits, atMs }),
      id,
      attemptId: this.#of.id,
      decide: (spend) => {
        const full = request.force ? null : fullWindow(windowsOf(limits, spend), microUsd);
        return full === null ? { reserveMicroUsd: microUsd } : { refusal: full };
      },
    });
    if (!admitted.ok) return this.#withoutLedger(admitted.error);
    if ('refusal' in admitted.value) return overLimit(admitted.value.refusal);
    const begun = await opened.value.begin(id);
    if (!begun.ok) return this.#withoutLedger(begun.error);
    if (begun.value) return null;
    await opened.value.release(id);
    return GONE;
  }

  /** Without a ledger no nested run starts that would share the cap. */
  #withoutLedger(trouble: LedgerTrouble | null): NoLedger | null {
    return this.#of.isLimited ? noLedger(trouble) : null;
  }
}

function overCap(micros: { left: number; cap: number }, names: SettingNames): CallRefusal {
  const left = `${dollars(Math.max(0, micros.left))} of the ${dollars(micros.cap)} of this run is left`;
  return { refusal: left, hint: `${raiseCap(names)}, or give ${names.maxTokens} where the tool takes it` };
}

function overLimit(window: SpendWindow): CallRefusal {
  const { key, at } = window;
  return { refusal: usedWords(window), hint: `raise \`${key}\`${at === null ? '' : ` at ${at}`}` };
}

/** A call that the ledger could not take down. Only a cap or a hard limit refuses it then. */
interface NoLedger extends CallRefusal {
  trouble: LedgerTrouble | null;
}

function isNoLedger(refusal: CallRefusal | NoLedger): refusal is NoLedger {
  return 'trouble' in refusal;
}

function noLedger(trouble: LedgerTrouble | null): NoLedger {
  const refusal = trouble?.message ?? 'this router keeps no ledger to hold it in';
  return { refusal, hint: trouble?.hint ?? null, trouble };
}

/** After a long sleep of the machine. */
const GONE: NoLedger = {
  refusal: 'another process has taken back what this run had reserved, since it gave no sign of life',
  hint: 'run it again',
  trouble: null,
};
