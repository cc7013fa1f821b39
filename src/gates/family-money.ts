import type { SpendLimit } from '../domain/facts.js';
import type { FamilyRules } from '../domain/family.js';
import { familyLimit, scopesOf } from '../policy/spend-limits.js';
import type { Candidate } from './candidate.js';
import type { GateRun } from './gate.js';
import { startHeartbeat } from './heartbeat.js';

/** An attempt whose money nested runs may take over. */
export interface FamilyHold {
  id: string;
  n: number;
  candidate: Candidate;
  /** `null`: no limit applies, so nothing is reserved. */
  reservedMicroUsd: number | null;
  seenMicroUsd: number;
}

/** What the runs nested in a run take out of its cap. */
export class FamilyMoney {
  readonly #run: GateRun;
  /** The cap of this run binds the runs nested in it. */
  readonly #isOwner: boolean;
  #hasRun = false;
  /** What nested runs of earlier attempts have spent. */
  #beforeMicroUsd = 0;
  /** The attempt that is in the ledger without a reservation, so that nested runs see what it has spent. */
  #noted: { entered: Promise<void>; stopHeartbeat: () => void } | null = null;

  constructor(run: GateRun) {
    this.#run = run;
    this.#isOwner = run.spending.family === null && run.spending.capMicroUsd !== null;
  }

  /** Whether the ledger has to know each call of this run, since nested runs share its cap. */
  get isShared(): boolean {
    return this.#isOwner;
  }

  /** The cap of this run as a limit of its own calls, with what nested runs spend. */
  ownLimits(): SpendLimit[] {
    const { spending, id: ownerId } = this.#run;
    const { capMicroUsd } = spending;
    if (!this.#isOwner || capMicroUsd === null) return [];
    return [familyLimit({ ownerId, capMicroUsd, sourceId: null })];
  }

  /** What binds the runs that the tool of an attempt starts. */
  rulesOf({ id, reservedMicroUsd }: Pick<FamilyHold, 'id' | 'reservedMicroUsd'>): FamilyRules {
    const { spending, policy, id: ownerId } = this.#run;
    const { capMicroUsd, family } = spending;
    const own = capMicroUsd === null ? null : { ownerId, capMicroUsd, sourceId: null };
    const cap = family ?? own;
    const sourceId = reservedMicroUsd === null ? (cap?.sourceId ?? null) : id;
    return { cap: cap && { ...cap, sourceId }, children: policy.maxChildren };
  }

  /** What nested runs of earlier attempts have taken out of the cap of this run, micro-USD. */
  async spentBefore(): Promise<number> {
    if (this.#isOwner && this.#hasRun) this.#beforeMicroUsd = await this.#nested();
    return this.#beforeMicroUsd;
  }

  /** Notes what an attempt has spent so far; returns what nested runs have taken out of its cap. */
  async meter(hold: FamilyHold): Promise<number> {
    if (hold.reservedMicroUsd !== null) return hold.reservedMicroUsd - (await this.held(hold));
    if (!this.#isOwner || hold.candidate.tool.kind !== 'command') return 0;
    await this.note(hold);
    return (await this.#nested()) - this.#beforeMicroUsd;
  }

  /** What the reservation of an attempt holds now, without what nested runs have taken over, micro-USD. */
  async held({ id, reservedMicroUsd, seenMicroUsd }: FamilyHold): Promise<number> {
    const held = await this.#run.ledger.ask((ledger) => ledger.meter(id, seenMicroUsd));
    return Math.min(held ?? Number.POSITIVE_INFINITY, reservedMicroUsd ?? 0);
  }

  /** The attempt is over; returns whether the ledger knows it without a reservation. */
  leave(): boolean {
    this.#hasRun = true;
    const isNoted = this.#noted !== null;
    this.#noted?.stopHeartbeat();
    this.#noted = null;
    return isNoted;
  }

  async #nested(): Promise<number> {
    const nested = await this.#run.ledger.ask((ledger) => ledger.nestedIn(this.#run.id));
    return nested?.countedMicroUsd ?? 0;
  }

  /** Puts an attempt without a reservation into the ledger, with what it has spent, so that nested runs see it. */
  async note(hold: Omit<FamilyHold, 'reservedMicroUsd'>): Promise<void> {
    const beat = (): Promise<unknown> =>
      this.#run.ledger.ask((ledger) => ledger.meter(hold.id, hold.seenMicroUsd));
    this.#noted ??= {
      entered: this.#enter(hold),
      stopHeartbeat: startHeartbeat(this.#run.ledger.heartbeatMs, beat),
    };
    await this.#noted.entered;
    await beat();
  }

  async #enter({ id, n, candidate }: Omit<FamilyHold, 'reservedMicroUsd'>): Promise<void> {
    const { ledger, spending, agent, clock, id: invocationId } = this.#run;
    await ledger.ask((open) =>
      open.admit({
        id,
        attemptId: null,
        invocationId,
        n,
        atMs: clock.now(),
        agent: agent?.name ?? null,
        tool: candidate.tool.name,
        model: candidate.modelName,
        scopes: scopesOf(spending.subject),
        queries: [],
        family: null,
        decide: () => ({ reserveMicroUsd: 0 }),
      }),
    );
    await ledger.ask((open) => open.begin(id));
  }
}
