import type { AllowanceSummary } from '../domain/invocation.js';
import { ok, type Result } from '../domain/result.js';
import type { FailOpen } from '../policy/spend-limits.js';
import { type LedgerAccess, LOCAL_HEARTBEAT_MS } from './access.js';
import type { OpenAllowance } from './allowance.js';
import type { AttemptRow, InvocationRow, Ledger, LedgerTrouble, RunRecords } from './ledger.js';

type UsedAccess = Pick<LedgerAccess, 'open' | 'keep' | 'keepBeside' | 'failOpen' | 'warn'> &
  Partial<Pick<LedgerAccess, 'heartbeatMs'>>;

/**
 * The ledger as one run writes it: at once where a limit applies, else in one piece at its end, since opening a database would take
 * longer than the rest of the router.
 */
export class RunLedger {
  readonly #access: UsedAccess | null;
  readonly #isLimited: () => boolean;
  /** Rows of a run that no limit applies to. */
  readonly #rows: AttemptRow[] = [];
  #warned = false;
  #allowance: OpenAllowance | null = null;

  /** `null`: no ledger is kept. */
  constructor(access: UsedAccess | null, isLimited: () => boolean) {
    this.#access = access;
    this.#isLimited = isLimited;
  }

  /** How often what the run holds needs a sign of life, ms. */
  get heartbeatMs(): number {
    return this.#access?.heartbeatMs ?? LOCAL_HEARTBEAT_MS;
  }

  get isKept(): boolean {
    return this.#access !== null;
  }

  /** What this run goes on by, without the shared ledger; `null`: it does not. */
  get allowance(): AllowanceSummary | null {
    return this.#allowance?.use ?? null;
  }

  /** Opens the ledger; `null`: none is kept. */
  async open(): Promise<Result<Ledger, LedgerTrouble> | null> {
    if (this.#allowance !== null) return ok(this.#allowance.ledger);
    return this.#access === null ? null : this.#access.open();
  }

  /**
   * Reserves in the ledger, or in the local allowance where the database of a shared one cannot be reached, by which the run then goes on to its
   * end. `null`: no ledger is kept.
   */
  async reserve<T extends object>(
    work: (ledger: Ledger) => Promise<T | { trouble: LedgerTrouble }>,
    allowance: FailOpen | null,
  ): Promise<T | { trouble: LedgerTrouble } | null> {
    const opened = await this.open();
    if (opened === null) return null;
    const done = opened.ok ? await work(opened.value) : { trouble: opened.error };
    if (!('trouble' in done) || done.trouble.kind !== 'away') return done;
    if (allowance === null || this.#access === null || this.#allowance !== null) return done;
    const { trouble } = done;
    const local = await this.#access.failOpen(allowance, trouble);
    if (!local.ok) return { trouble: local.error };
    const again = await work(local.value.ledger);
    if ('reserveMicroUsd' in again) this.#allowance = local.value;
    return again;
  }

  /** Changes something in it; one that cannot be changed warns. */
  async write(work: (ledger: Ledger) => Promise<Result<void, LedgerTrouble>>): Promise<void> {
    const opened = await this.open();
    if (opened === null) return;
    const done = opened.ok ? await work(opened.value) : opened;
    if (!done.ok) this.warnOnce(done.error);
  }

  /** The same for records, which wait beside a ledger that cannot take them now. */
  async #store(
    work: (ledger: Ledger) => Promise<Result<void, LedgerTrouble>>,
    records: RunRecords,
  ): Promise<void> {
    const opened = await this.open();
    if (opened === null) return;
    const done = opened.ok ? await work(opened.value) : opened;
    if (done.ok) return;
    const isKept = await this.#access?.keepBeside(records);
    const what = isKept === true ? '; the record of this run is kept until it can be' : '';
    if (!this.#warned) this.warn(`${done.error.message}${what}`);
    this.#warned = true;
  }

  /** Changes something in it and returns what came of it; `null`: none is kept, or it cannot be changed, which warns. */
  async ask<T>(work: (ledger: Ledger) => Promise<Result<T, LedgerTrouble>>): Promise<T | null> {
    const opened = await this.open();
    if (opened === null) return null;
    const done = opened.ok ? await work(opened.value) : opened;
    if (done.ok) return done.value;
    this.warnOnce(done.error);
    return null;
  }

  /** Records an attempt that is over; `isLast`: the run ends with it. */
  async settle(row: AttemptRow, { isLast }: { isLast: boolean }): Promise<void> {
    if (this.#isLimited())
      return this.#store((ledger) => ledger.settle(row), { attempts: [row], invocation: null });
    // A run that goes on may be killed before its end.
    if (!isLast) return this.#access?.keep({ attempts: [row], invocation: null });
    this.#rows.push(row);
  }

  /** Records the invocation. */
  async record(row: InvocationRow): Promise<void> {
    if (this.#isLimited())
      return this.#store((ledger) => ledger.record(row), { attempts: [], invocation: row });
    await this.#access?.keep({ attempts: this.#rows, invocation: row });
  }

  warn(message: string): void {
    this.#access?.warn(message);
  }

  warnOnce({ kind, message }: LedgerTrouble): void {
    if (this.#warned) return;
    this.#warned = true;
    const isAway = kind === 'away' || kind === 'bad_url';
    this.warn(
      isAway
        ? `${message}; no limit is checked, and the record of this run is kept until it can be`
        : `this run is not recorded as it should be: ${message}`,
    );
  }
}
