import type { Attempt } from '../domain/attempt.js';
import type { SpendLimit } from '../domain/facts.js';
import { type Failure, failure } from '../domain/failure.js';
import { dollars } from '../domain/money.js';
import { type SettingNames, settingNames } from '../domain/setting-names.js';
import type { LedgerTrouble } from '../ledger/ledger.js';
import { attemptRow } from '../ledger/rows.js';
import { checkBudget, checkLedger } from '../policy/budget.js';
import { gatewayOf } from '../policy/gateway.js';
import { countedMicroUsd } from '../policy/run-cost.js';
import { limitsOfRun, scopesOf } from '../policy/spend-limits.js';
import type { Candidate } from './candidate.js';
import { costOf } from './cost.js';
import { FamilyMoney } from './family-money.js';
import type { AttemptEnd, Entered, Entry, Gate, GateRefusal, GateRun, OpenGate } from './gate.js';
import { startHeartbeat } from './heartbeat.js';
import { HeldCalls, raiseCap } from './held-calls.js';
import { Reservations } from './reservation.js';

/** The run fits into every limit of spending, and into the cap of its request. */
export const money: Gate = {
  name: 'money',
  check: (input) => {
    const { facts, request, spending } = input;
    const cost = costOf(input, spending.capMicroUsd);
    if (facts.spendTrouble !== null && cost.billing === 'api' && !request.force)
      return { reason: 'input', resetAt: null, ...facts.spendTrouble };
    const verdict = checkBudget(facts.spend, cost, {
      forced: request.force,
      nested: request.parent !== null,
      isCapAsked: spending.isCapAsked,
      names: settingNames(request.origin),
    });
    return 'refusal' in verdict ? { reason: 'budget_exceeded', ...verdict.refusal } : null;
  },
  open: (run) => new MoneyGate(run),
};

/** The money of a running attempt. */
interface Hold {
  id: string;
  n: number;
  candidate: Candidate;
  /** The rest of the request's cap, micro-USD. */
  capMicroUsd: number | null;
  /** `null`: no limit applies, so nothing is reserved. */
  reservedMicroUsd: number | null;
  /** The highest reported cost so far. */
  seenMicroUsd: number;
  /** Holds each call of the tool; `null`: its calls do not pass through the router. */
  calls: HeldCalls | null;
  stopHeartbeat: () => void;
}

/** The money of one invocation: the caps, reservations and costs of its attempts. */
class MoneyGate implements OpenGate {
  readonly #run: GateRun;
  readonly #reservations: Reservations;
  readonly #family: FamilyMoney;
  #hold: Hold | null = null;
  #spentMicroUsd = 0;

  constructor(run: GateRun) {
    this.#run = run;
    this.#reservations = new Reservations(run);
    this.#family = new FamilyMoney(run);
  }

  /** Reserves the worst-case cost if a limit applies. The tool may start right after. */
  async enter(entry: Entry): Promise<Entered> {
    const cap = this.#run.spending.capMicroUsd;
    const isMetered = entry.candidate.billing === 'api';
    const spent = this.#spentMicroUsd + (await this.#family.spentBefore());
    const left = cap === null ? null : cap - spent;
    if (isMetered && cap !== null && left !== null && left <= 0)
      return { refusal: capUsedUp({ cap, spent }, settingNames(this.#run.request.origin)) };
    if (isMetered && this.#limits().length > 0) return this.#reserve(entry, left);
    return this.#granted(entry, left, null);
  }

  async watch(chargedMicroUsd: number): Promise<Failure | null> {
    const hold = this.#hold;
    if (hold === null || hold.capMicroUsd === null || chargedMicroUsd <= hold.seenMicroUsd) return null;
    // What was seen of its calls is exact, and holds the cap already.
    if (hold.calls !== null && hold.calls.count > 0) return null;
    hold.seenMicroUsd = chargedMicroUsd;
    const nestedMicroUsd = await this.#family.meter(hold);
    const spent = { chargedMicroUsd, nestedMicroUsd, capMicroUsd: hold.capMicroUsd };
    const isOver = hold.candidate.billing === 'api' && chargedMicroUsd + nestedMicroUsd > hold.capMicroUsd;
    return isOver ? overCap(hold.candidate, spent, settingNames(this.#run.request.origin)) : null;
  }

  /** Settles the reservation to the cost of the attempt. */
  async leave(end: AttemptEnd): Promise<void> {
    const hold = this.#hold;
    this.#hold = null;
    if (hold === null) return;
    hold.stopHeartbeat();
    const isNoted = this.#family.leave();
    if (end.is === 'over') return this.#settle(hold, end, isNoted);
    // The reservation of a crashed attempt stays until it expires.
    if (end.is === 'not_started' && hold.reservedMicroUsd !== null)
      await this.#run.ledger.write((ledger) => ledger.release(hold.id));
  }

  async #settle(hold: Hold, end: Extract<AttemptEnd, { is: 'over' }>, isNoted: boolean): Promise<void> {
    const { attempt } = end;
    const { candidate } = hold;
    const counted = countedOf({ ...hold, reservedMicroUsd: await this.#heldOf(hold, attempt) }, end);
    this.#spentMicroUsd += counted;
    const { id: invocationId, agent, spending, clock, ledger } = this.#run;
    if (!ledger.isKept) return;
    const settled = {
      id: hold.id,
      invocationId,
      agent: agent?.name ?? null,
      scopes: scopesOf(spending.subject),
      attempt,
      provider: candidate.model?.provider ?? null,
      countedMicroUsd: counted,
    };
    const row = attemptRow(settled, clock.now());
    if (isNoted) await ledger.write((open) => open.settle(row));
    else await ledger.settle(row, { isLast: attempt.failure === null });
  }

  /** Of an unknown cost all that is reserved counts, without what nested runs have taken over. */
  async #heldOf(hold: Hold, { cost }: Attempt): Promise<number | null> {
    const { reservedMicroUsd, calls, candidate } = hold;
    const isTakenOver = reservedMicroUsd !== null && calls === null && candidate.tool.kind === 'command';
    return isTakenOver && cost.basis === 'unknown' ? this.#family.held(hold) : reservedMicroUsd;
  }

  #limits(): readonly SpendLimit[] {
    return limitsOfRun(this.#run.spending, this.#run.clock.now());
  }

  async #reserve(entry: Entry, left: number | null): Promise<Entered> {
    const cost = costOf({ ...this.#run, candidate: entry.candidate, facts: entry }, left);
    const reserved = await this.#run.ledger.reserve(
      (ledger) => this.#reservations.reserve(ledger, entry, cost),
      this.#limits().some(({ isHard }) => isHard) && !this.#run.request.force
        ? this.#run.spending.failOpen
        : null,
    );
    if (reserved === null) return this.#withoutLedger(entry, left, null);
    if ('trouble' in reserved) return this.#withoutLedger(entry, left, reserved.trouble);
    if ('stop' in reserved) return reserved;
    if ('refusal' in reserved) return { refusal: { ...reserved.refusal, reason: 'budget_exceeded' } };
    // Where nothing else bounds it, what the outer call has left is the cap.
    const { spending } = this.#run;
    const { reserveMicroUsd } = reserved;
    const isLess = cost.worstMicroUsd === null || reserveMicroUsd < cost.worstMicroUsd;
    const isBoundByFamily = spending.family !== null && isLess && !cost.isHeldPerCall;
    return this.#granted(entry, isBoundByFamily ? reserveMicroUsd : left, reserveMicroUsd);
  }

  /** Without a ledger only a hard limit refuses; other runs are just not recorded. */
  #withoutLedger(entry: Entry, left: number | null, trouble: LedgerTrouble | null): Entered {
    const refusal = this.#run.request.force ? null : checkLedger(this.#limits(), trouble);
    if (refusal !== null) return { refusal: { ...refusal, reason: 'input', resetAt: null } };
    if (trouble !== null) this.#run.ledger.warnOnce(trouble);
    return this.#granted(entry, left, null);
  }

  #granted(entry: Entry, capMicroUsd: number | null, reservedMicroUsd: number | null): Entered {
    const hold: Hold = {
      id: `${this.#run.id}:${entry.n}`,
      n: entry.n,
      candidate: entry.candidate,
      capMicroUsd,
      reservedMicroUsd,
      seenMicroUsd: 0,
      calls: this.#callsOf(entry, capMicroUsd, reservedMicroUsd),
      stopHeartbeat: () => {},
    };
    if (reservedMicroUsd !== null)
      hold.stopHeartbeat = startHeartbeat(this.#run.ledger.heartbeatMs, () => this.#beat(hold));
    this.#hold = hold;
    return { grant: { maxCostMicroUsd: capMicroUsd, calls: hold.calls, family: this.#family.rulesOf(hold) } };
  }

  #callsOf(
    { n, candidate }: Entry,
    capMicroUsd: number | null,
    reservedMicroUsd: number | null,
  ): HeldCalls | null {
    const isLimited = reservedMicroUsd !== null;
    const isHeld = candidate.billing === 'api' && (isLimited || capMicroUsd !== null);
    if (!isHeld || gatewayOf(candidate, this.#run)?.isUsed !== true) return null;
    const id = `${this.#run.id}:${n}`;
    return new HeldCalls(this.#run, { id, n, candidate, capMicroUsd, isLimited, family: this.#family });
  }

  async #beat({ id, seenMicroUsd }: Hold): Promise<void> {
    await this.#run.ledger.ask((ledger) => ledger.meter(id, seenMicroUsd));
  }
}

/** What an attempt counts, micro-USD. A tool that passed its gateway by is one whose cap is only checked. */
function countedOf(
  { calls, candidate, capMicroUsd, seenMicroUsd, reservedMicroUsd }: Hold,
  { attempt, started, active }: Extract<AttemptEnd, { is: 'over' }>,
): number {
  if (calls !== null && calls.count > 0) return calls.spentMicroUsd;
  const hasWorked = active || attempt.failure === null;
  return countedMicroUsd({
    started,
    active,
    failure: attempt.failure?.type ?? null,
    billing: candidate.billing,
    chargedMicroUsd: attempt.cost.chargedMicroUsd,
    isPartial: attempt.cost.basis === 'unknown' && attempt.cost.chargedMicroUsd !== null,
    seenMicroUsd,
    reservedMicroUsd: calls === null ? reservedMicroUsd : hasWorked ? capMicroUsd : 0,
  });
}

function capUsedUp(micros: { cap: number; spent: number }, names: SettingNames): GateRefusal {
  const cap = dollars(micros.cap);
  return {
    reason: 'budget_exceeded',
    detail:
      micros.spent === 0
        ? `Budget exceeded: this request may cost ${cap}`
        : `Budget exceeded: earlier attempts and nested calls have used up the ${cap} of this request`,
    hint: raiseCap(names),
    at: null,
    resetAt: null,
  };
}

function overCap(
  { tool, modelName }: Candidate,
  {
    chargedMicroUsd,
    nestedMicroUsd,
    capMicroUsd,
  }: Record<'chargedMicroUsd' | 'nestedMicroUsd' | 'capMicroUsd', number>,
  names: SettingNames,
): Failure {
  const nested = nestedMicroUsd === 0 ? '' : ` and its nested calls ${dollars(nestedMicroUsd)}`;
  const spent = `it has cost ${dollars(chargedMicroUsd)}${nested}, over the cap of ${dollars(capMicroUsd)}`;
  return failure('budget_exceeded', `\`${tool.name}\` was ended: ${spent}`, {
    tool: tool.name,
    model: modelName,
    hint: raiseCap(names),
  });
}
