import type { Failure } from '../domain/failure.js';
import type { LedgerTrouble } from '../ledger/ledger.js';
import type { SlotQueue } from '../ledger/slots.js';
import {
  decideSlot,
  type SlotRules,
  type SlotVerdict,
  slotRulesOf,
  startsNeeded,
} from '../policy/rate-limit.js';
import { namesOf } from './candidate.js';
import type { Entered, Entry, Gate, GateRefusal, GateRun, Granted, OpenGate } from './gate.js';
import { startHeartbeat } from './heartbeat.js';
import { waitFor } from './wait.js';

/** The tool has a free slot and its rate limits have room, over all processes. */
export const slot: Gate = { name: 'slot', open: (run) => new SlotGate(run) };

/** The slot of the current attempt of an invocation. */
class SlotGate implements OpenGate {
  readonly #run: GateRun;
  readonly #inherited: readonly string[];
  #held: { id: string; queue: SlotQueue; stopHeartbeat: () => void } | null = null;
  #warned = false;

  constructor(run: GateRun) {
    this.#run = run;
    this.#inherited = run.request.parent?.slots ?? [];
  }

  /** Waits for a slot. Without limits, or without a ledger, admits at once. */
  async enter(entry: Entry): Promise<Entered> {
    const rules = slotRulesOf(entry.candidate.tool);
    const opened = rules === null ? null : await this.#run.ledger.open();
    if (rules === null || opened === null) return this.#granted(false);
    if (!opened.ok) return this.#withoutLimit(rules, opened.error);
    return this.#queue(opened.value.slots, rules, entry);
  }

  /** Counts the start. After a long sleep the slot may be lost, and the attempt joins the queue again. */
  async confirm(entry: Entry): Promise<Entered> {
    for (;;) {
      if (this.#held === null) return this.#granted(false);
      const begun = await this.#held.queue.begin(this.#held.id);
      if (!begun.ok || begun.value) return this.#granted(false);
      await this.leave();
      const again = await this.enter(entry);
      if (!('grant' in again)) return again;
    }
  }

  async leave(): Promise<void> {
    const held = this.#held;
    this.#held = null;
    if (held === null) return;
    held.stopHeartbeat();
    await held.queue.leave(held.id);
  }

  async #queue(queue: SlotQueue, rules: SlotRules, entry: Entry): Promise<Entered> {
    const { clock, random, deadline, id: invocationId } = this.#run;
    const { candidate, n, mostWaitMs } = entry;
    const id = `${invocationId}:${n}`;
    const startMs = clock.monotonic();
    let shownAhead: number | null = null;
    for (;;) {
      const taken = await queue.take({
        id,
        tool: candidate.tool.name,
        inherited: this.#inherited,
        starts: startsNeeded(rules),
        decide: (state, nowMs) => decideSlot(rules, state, { nowMs, mostWaitMs }),
      });
      if (!taken.ok) return this.#withoutLimit(rules, taken.error);
      const verdict = taken.value;
      if (verdict.is === 'refused') return { refusal: refusalOf(verdict), queued: true };
      if (verdict.is === 'admitted') return this.#hold(queue, id, shownAhead !== null);
      const waitedMs = shownAhead === null ? 0 : clock.monotonic() - startMs;
      const knownMs = verdict.opensAtMs === null ? null : verdict.opensAtMs - clock.now();
      if (verdict.ahead !== shownAhead) await this.#show(entry, { ...verdict, knownMs, waitedMs });
      shownAhead = verdict.ahead;
      const pause = pauseMs({ ahead: verdict.ahead, waitedMs, knownMs, random: random() });
      await waitFor(pause, clock, deadline.signal);
      if (deadline.failure === null) continue;
      await queue.leave(id);
      return { stop: whileWaiting(deadline.failure, candidate.tool.name) };
    }
  }

  #hold(queue: SlotQueue, id: string, waited: boolean): Granted {
    this.#held = {
      id,
      queue,
      stopHeartbeat: startHeartbeat(this.#run.ledger.heartbeatMs, () => queue.heartbeat(id)),
    };
    return this.#granted(waited);
  }

  #granted(waited: boolean): Granted {
    const slots = this.#held === null ? this.#inherited : [...this.#inherited, this.#held.id];
    return { grant: { slots }, waited };
  }

  async #show(
    { n, candidate }: Entry,
    wait: { ahead: number; opensAtMs: number | null; knownMs: number | null; waitedMs: number },
  ): Promise<void> {
    await this.#run.emit({
      type: 'queue.wait',
      attempt: n,
      candidate: namesOf(candidate),
      ahead: wait.ahead,
      delayMs: wait.knownMs === null ? null : Math.max(0, wait.knownMs),
      at: wait.opensAtMs === null ? null : new Date(wait.opensAtMs).toISOString(),
      waitedMs: Math.round(wait.waitedMs),
    });
  }

  #withoutLimit({ tool }: SlotRules, { message }: LedgerTrouble): Granted {
    if (!this.#warned)
      this.#run.ledger.warn(`the limits of \`${tool}\` are not enforced for this run: ${message}`);
    this.#warned = true;
    return this.#granted(false);
  }
}

function refusalOf({ refusal, opensAtMs }: Extract<SlotVerdict, { is: 'refused' }>): GateRefusal {
  const resetAt = opensAtMs === null ? null : new Date(opensAtMs).toISOString();
  return { reason: 'rate_limit', ...refusal, resetAt };
}

/**
 * Time until the next poll: the first in the queue polls often, the others less; never past a known start time. Without one it differs by
 * half, so that processes which have begun to wait together do not ask a shared ledger together again and again.
 */
function pauseMs(wait: { ahead: number; waitedMs: number; knownMs: number | null; random: number }): number {
  const { ahead, waitedMs, knownMs, random } = wait;
  const most = ahead < 2 ? 50 : 250;
  return Math.max(
    20,
    knownMs === null ? Math.min(waitedMs / 8, most) * (0.5 + random / 2) : Math.min(knownMs, 1000),
  );
}

function whileWaiting(reason: Failure, tool: string): Failure {
  return { ...reason, message: `${reason.message}, while it waited for a slot of \`${tool}\`` };
}
