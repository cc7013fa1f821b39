import type { Request } from '../domain/request.js';

/** What a race is asked for. */
export interface RaceOrder {
  /** What every candidate is asked for; `tool` and `model` are those of a candidate, and the cap that of all together. */
  request: Request;
  candidates: readonly NamedEntry[];
  verify: VerifyOrder | null;
  /** The most at once; `null`: as many as there are, up to `MOST_AT_ONCE`. */
  parallel: number | null;
  /** The cheapest first, by list price, and the next only after a failure. */
  isCascade: boolean;
}

/** A candidate as it was named: a tool, and perhaps a model of it. */
export interface NamedEntry {
  tool: string;
  model: string | null;
}

/** The command that decides whether a change passes. */
export interface VerifyOrder {
  /** A line for `sh`. */
  command: string;
  timeoutMs: number;
}

/** Tools work mostly at their providers, but what verifies their changes works here. */
export const MOST_AT_ONCE = 4;
