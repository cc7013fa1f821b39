import type { Deadline } from '../domain/deadline.js';
import type { EventSink } from '../domain/events.js';
import type { Failure } from '../domain/failure.js';
import type { Candidate, Rejected } from '../domain/plan.js';
import type { Result } from '../domain/result.js';
import type { Ledger, LedgerTrouble } from '../ledger/ledger.js';
import type { SlotQueue } from '../ledger/slots.js';
import { decideSlot, type SlotRules, type SlotVerdict, startsNeeded } from '../policy/rate-limit.js';
import { type WaitClock, waitFor } from './wait.js';

/** What the slots of an invocation are held by. */
export interface SlotsDeps {
  invocationId: string;
  /** Opens the ledger, or gives the one that is open; `null`: there is none, and no limit can be held. */
  open: (() => Promise<Result<Ledger, LedgerTrouble>>) | null;
  /** The limits of a tool; `null`: it has none. */
  rulesOf: (tool: string) => SlotRules | null;
  /** Slots of the runs that this one runs inside of. */
  inherited: readonly string[];
  clock: WaitClock;
  deadline: Deadline;
  emit: EventSink;
  /** Told when a limit cannot be held; the run goes on. */
  warn: (message: string) => void;
}

/** An attempt that asks for a slot. */
export interface SlotAsking {
  n: number;
  candidate: Candidate;
  /** The longest wait of known length that is waited for, ms. */
  mostWaitMs: number;
}

/** What became of it: it may go on, after a wait or not; or it was turned away; or the run ends. */
export type SlotAdmission =
  | { waited: boolean }
  | { refusal: Pick<Rejected, 'detail' | 'hint' | 'at' | 'resetAt'> }
  | { stop: Failure };

/** How often a slot says that its process lives, ms. */
const SIGN_OF_LIFE_MS = 60_000;

/** The slot of its tool that the attempt of an invocation has: one at a time, given back whatever happens. */
export class Slots {
  readonly #deps: SlotsDeps;
  #held: { id: string; queue: SlotQueue; signOfLife: NodeJS.Timeout } | null = null;
  #warned = false;

  constructor(deps: SlotsDeps) {
    this.#deps = deps;
  }

  /** What runs inside of this attempt shares these. */
  get shared(): readonly string[] {
    const { inherited } = this.#deps;
    return this.#held === null ? inherited : [...inherited, this.#held.id];
  }

  /** Waits for a slot as long as that makes sense. Without limits, or a ledger to hold them, it is there at once. */
  async take(asking: SlotAsking): Promise<SlotAdmission> {
    const rules = this.#deps.rulesOf(asking.candidate.tool);
    const opened = rules === null ? null : ((await this.#deps.open?.()) ?? null);
    if (rules === null || opened === null) return { waited: false };
    if (!opened.ok) return this.#unlimited(rules, opened.error);
    return this.#queue(opened.value.slots, rules, asking);
  }

  /** The tool is about to start; `null`: it may. Who was taken for dead after a long sleep has to ask again. */
  async begin(asking: SlotAsking): Promise<Exclude<SlotAdmission, { waited: boolean }> | null> {
    for (;;) {
      if (this.#held === null) return null;
      const begun = await this.#held.queue.begin(this.#held.id);
      if (!begun.ok || begun.value) return null;
      await this.end();
      const again = await this.take(asking);
      if (!('waited' in again)) return again;
    }
  }

  /** Gives the slot back; without one nothing happens. */
  async end(): Promise<void> {
    const held = this.#held;
    this.#held = null;
    if (held === null) return;
    clearInterval(held.signOfLife);
    await held.queue.leave(held.id);
  }

  async #queue(queue: SlotQueue, rules: SlotRules, asking: SlotAsking): Promise<SlotAdmission> {
    const { clock, deadline, inherited, invocationId } = this.#deps;
    const { candidate, n, mostWaitMs } = asking;
    const id = `${invocationId}:${n}`;
    const startMs = clock.monotonicMs();
    let told = -1;
    for (;;) {
      const taken = await queue.take({
        id,
        tool: candidate.tool,
        inherited,
        starts: startsNeeded(rules),
        decide: (state, nowMs) => decideSlot(rules, state, { nowMs, mostWaitMs }),
      });
      if (!taken.ok) return this.#unlimited(rules, taken.error);
      const verdict = taken.value;
      if (verdict.is === 'refused') return { refusal: refusalOf(verdict) };
      if (verdict.is === 'admitted') return this.#hold(queue, id, told >= 0);
      const waitedMs = told < 0 ? 0 : clock.monotonicMs() - startMs;
      const knownMs = verdict.opensAtMs === null ? null : verdict.opensAtMs - clock.now();
      if (verdict.ahead !== told) await this.#tell(asking, { ...verdict, knownMs, waitedMs });
      told = verdict.ahead;
      await waitFor(pauseMs({ ahead: verdict.ahead, waitedMs, knownMs }), clock, deadline.signal);
      if (deadline.failure === null) continue;
      await queue.leave(id);
      return { stop: whileWaiting(deadline.failure, candidate.tool) };
    }
  }

  #hold(queue: SlotQueue, id: string, waited: boolean): SlotAdmission {
    const signOfLife = setInterval(() => void queue.heartbeat(id), SIGN_OF_LIFE_MS).unref();
    this.#held = { id, queue, signOfLife };
    return { waited };
  }

  async #tell(
    { n, candidate }: SlotAsking,
    wait: { ahead: number; opensAtMs: number | null; knownMs: number | null; waitedMs: number },
  ): Promise<void> {
    await this.#deps.emit({
      type: 'queue.wait',
      attempt: n,
      candidate,
      ahead: wait.ahead,
      delayMs: wait.knownMs === null ? null : Math.max(0, wait.knownMs),
      at: wait.opensAtMs === null ? null : new Date(wait.opensAtMs).toISOString(),
      waitedMs: Math.round(wait.waitedMs),
    });
  }

  #unlimited({ tool }: SlotRules, { message }: LedgerTrouble): SlotAdmission {
    if (!this.#warned) this.#deps.warn(`the limits of \`${tool}\` do not hold for this run: ${message}`);
    this.#warned = true;
    return { waited: false };
  }
}

function refusalOf({ refusal, opensAtMs }: Extract<SlotVerdict, { is: 'refused' }>) {
  return { ...refusal, resetAt: opensAtMs === null ? null : new Date(opensAtMs).toISOString() };
}

/** Until the next look: whoever is next looks often, the others less; a moment that is known is not slept through. */
function pauseMs(wait: { ahead: number; waitedMs: number; knownMs: number | null }): number {
  const { ahead, waitedMs, knownMs } = wait;
  const most = ahead < 2 ? 50 : 250;
  return Math.max(20, knownMs === null ? Math.min(waitedMs / 8, most) : Math.min(knownMs, 1000));
}

function whileWaiting(reason: Failure, tool: string): Failure {
  return { ...reason, message: `${reason.message}, while it waited for a slot of \`${tool}\`` };
}
