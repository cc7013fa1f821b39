import type { AgentConfig, PolicyConfig } from '../config/types.js';
import type { Attempt } from '../domain/attempt.js';
import type { CallMoney } from '../domain/call-money.js';
import type { Deadline } from '../domain/deadline.js';
import type { EventSink } from '../domain/events.js';
import type { Facts } from '../domain/facts.js';
import type { Failure, FailureType } from '../domain/failure.js';
import type { FamilyRules } from '../domain/family.js';
import type { Access, Request } from '../domain/request.js';
import type { CooldownStore } from '../ledger/cooldowns.js';
import type { RunLedger } from '../ledger/run-ledger.js';
import type { Spending } from '../policy/spend-limits.js';
import type { Candidate } from './candidate.js';
import type { Clock } from './wait.js';

/**
 * One condition that a candidate must meet, from planning to the end of its run. A new one is a file in this folder and a line in
 * `gates.ts`.
 */
export interface Gate {
  readonly name: string;
  /** Why a candidate may not serve a request; `null`: it may. Pure; runs at planning, and again right before each run. */
  check?(input: GateInput): GateRefusal | null;
  /** What the gate does during one invocation; absent: it only checks. */
  open?(run: GateRun): OpenGate;
}

/** A gate during one invocation. Attempts come one after the other. */
export interface OpenGate {
  /** Before an attempt: takes what the attempt needs, or says why it may not run. May wait. */
  enter?(entry: Entry): Promise<Entered>;
  /** After all gates were entered: takes again what was lost while a later gate waited. */
  confirm?(entry: Entry): Promise<Entered>;
  /** Called with the charge of the attempt so far; a failure ends the attempt. */
  watch?(chargedMicroUsd: number): Promise<Failure | null>;
  /** After an attempt, or when a later gate refused: releases what is held. Repeating it changes nothing. */
  leave?(end: AttemptEnd): Promise<void>;
}

/** A request with its resolved names. */
export interface ResolvedRequest {
  request: Request;
  agent: AgentConfig | null;
  policy: PolicyConfig;
  access: Access;
  spending: Spending;
}

/** The input of a check. */
export interface GateInput extends ResolvedRequest {
  candidate: Candidate;
  facts: GateFacts;
}

/** The facts at the time of a check. */
export type GateFacts = Pick<
  Facts,
  'nowMs' | 'inputTokens' | 'mostInputTokens' | 'cooldowns' | 'spend' | 'spendTrouble'
>;

/** Why a candidate may not serve a request. */
export interface GateRefusal {
  reason: FailureType;
  detail: string;
  hint: string | null;
  at: string | null;
  /** ISO time at which the candidate may run again; `null`: unknown, or waiting does not help. */
  resetAt: string | null;
  /** The required variable that is not set. */
  missingVariable?: string;
  /** What the policy allows instead. */
  allowed?: readonly string[];
}

/** An invocation, as gates see it. */
export interface GateRun extends ResolvedRequest {
  id: string;
  clock: Clock;
  /** At least 0, below 1. */
  random: () => number;
  deadline: Deadline;
  ledger: RunLedger;
  cooldowns: CooldownStore;
  emit: EventSink;
  /** Asks whether to go on despite a soft limit; `true` if no one can answer. */
  confirm: () => Promise<boolean>;
  /** Records that an attempt may run although a limit refuses it. */
  overridden: (override: { tool: string; model: string | null; reason: string }) => Promise<void>;
}

/** An attempt before its start. */
export interface Entry {
  /** 1 for the first of the invocation. */
  n: number;
  candidate: Candidate;
  /** No tokenizer makes more of what it sends. */
  mostInputTokens: number;
  /** The longest wait of known length, ms. */
  mostWaitMs: number;
}

/** What an attempt may use. */
export interface Grant {
  /** The most that it may cost, micro-USD; `null`: no cap. */
  maxCostMicroUsd: number | null;
  /** Slots that it holds and shares with nested runs. */
  slots: readonly string[];
  /** Holds the money of each call of the tool, where they pass through the router under a cap or a limit; else `null`. */
  calls: CallMoney | null;
  /** What binds the runs that the tool starts. */
  family: FamilyRules;
}

/** Result of entering: the attempt may go on, or is refused, or the whole run ends. */
export type Entered = Granted | Refused | { stop: Failure };

export interface Granted {
  grant: Partial<Grant>;
  /** The gate waited, so earlier checks may be outdated. */
  waited?: boolean;
}

export interface Refused {
  refusal: GateRefusal;
  /** The candidate is queued behind other runs. */
  queued?: boolean;
}

/** How an attempt ended. */
export type AttemptEnd =
  /** A later gate refused it. */
  | { is: 'not_started' }
  | {
      is: 'over';
      candidate: Candidate;
      attempt: Attempt;
      /** The tool had been started. */
      started: boolean;
      /** The tool had shown output or activity. */
      active: boolean;
    }
  /** A bug of ours ended it, so its cost is unknown. */
  | { is: 'unknown' };

/** Builds a refusal that waiting does not change. */
export function refuse(
  reason: FailureType,
  detail: string,
  more: { hint: string | null; at: string | null },
): GateRefusal {
  return { reason, detail, resetAt: null, hint: more.hint, at: more.at };
}
