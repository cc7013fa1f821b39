/** The money of the calls of one attempt to its provider: each holds its worst case until its cost is known. */
export interface CallMoney {
  /** Whether a cap or a hard limit applies, so that a call of unknown cost may not be sent. */
  readonly isLimiting: boolean;
  /** Holds the most that a call may cost, micro-USD, or says why it does not fit. */
  hold(worstMicroUsd: number): Promise<CallHold | CallRefusal>;
}

/** The money that an open call holds. */
export interface CallHold {
  /** What it holds, micro-USD. */
  readonly worstMicroUsd: number;
  /** Replaces what it holds by its cost, micro-USD; once. */
  settle(microUsd: number): Promise<void>;
}

/** Why a call does not fit: a sentence, and what to do. */
export interface CallRefusal {
  refusal: string;
  hint: string | null;
}
