import type { Environment, Task } from '../adapters/adapter.js';
import type { CommandTool, GatewayApi, ModelConfig } from '../config/types.js';
import type { ProviderCall } from '../domain/attempt.js';
import type { CallMoney } from '../domain/call-money.js';
import type { Billing, Cost } from '../domain/cost.js';
import type { Failure } from '../domain/failure.js';
import type { Patience } from './retry-watch.js';

/** Takes down the calls of one attempt, by their numbers from 1. */
export interface CallNotes {
  /** A call is about to be sent; `cost` is what it holds. */
  begun(call: number, it: { model: string | null; cost: Cost }): void;
  ended(call: number, it: ProviderCall): void;
}

/** What the gateway of one attempt needs. */
export interface GatewayWorld {
  api: GatewayApi;
  /** Where the calls go. */
  baseUrl: URL;
  /** The attempt. */
  task: Task<CommandTool>;
  billing: Billing;
  /** Holds the money of each call; `null`: no cap and no limit applies. */
  money: CallMoney | null;
  /** The entry of the catalogue with this id; `null`: there is none. */
  modelOf: (id: string) => ModelConfig | null;
  /** Why the policy does not allow a model, or a call that names none; `null`: it does. */
  refuseModel: (
    id: string | null,
    entry: ModelConfig | null,
  ) => { message: string; hint: string | null } | null;
  /** Keeps every call on disk as it begins and ends; `null`: nothing does. */
  journal: CallNotes | null;
  patience: Patience;
  /** Called once, when the run cannot go on: no later call is let through. */
  onEnding: (failure: Failure) => void;
  /** Proxies of the connections. */
  env: Environment;
  now: () => number;
  monotonicMs: () => number;
  /** Masks secrets. */
  redact: (text: string) => string;
}
