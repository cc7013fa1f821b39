import type { ToolUse } from '../domain/facts.js';
import type { Result } from '../domain/result.js';
import type { SlotState, SlotVerdict } from '../policy/rate-limit.js';
import type { LedgerTrouble } from './trouble.js';

/** An attempt that asks for a slot of its tool. */
export interface SlotRequest {
  /** Of the attempt. */
  id: string;
  tool: string;
  /** Slots of the outer runs; one of the same tool is shared. */
  inherited: readonly string[];
  /** How many of the last starts `decide` needs. */
  starts: number;
  /** Decides on the state of that moment; may be called more than once and must be pure. */
  decide(state: SlotState, nowMs: number): SlotVerdict;
}

/** Slots of tools, shared by all processes of a user. What a dead process held is free again. */
export interface SlotQueue {
  /** Asks for a slot: the first call joins the queue, later calls ask whether it is this one's turn. */
  take(request: SlotRequest): Promise<Result<SlotVerdict, LedgerTrouble>>;
  /** Counts a start that is about to happen. `false`: another process took this one for dead, and the slot is gone. */
  begin(id: string): Promise<Result<boolean, LedgerTrouble>>;
  /** Keeps the slot of a running attempt from expiring. */
  heartbeat(id: string): Promise<Result<void, LedgerTrouble>>;
  /** Releases the slot, or leaves the queue; repeating it changes nothing. */
  leave(id: string): Promise<Result<void, LedgerTrouble>>;
  /** Current use of a tool. Changes nothing. */
  use(tool: string): Promise<Result<ToolUse, LedgerTrouble>>;
}
