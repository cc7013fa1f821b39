import type { ToolUse } from '../domain/facts.js';
import type { Result } from '../domain/result.js';
import type { SlotState, SlotVerdict } from '../policy/rate-limit.js';
import type { LedgerTrouble } from './ledger.js';

/** An attempt that asks for a slot of its tool. */
export interface SlotRequest {
  /** Of the attempt. */
  id: string;
  tool: string;
  /** Slots of the runs that this one runs inside of: one of the same tool is shared. */
  inherited: readonly string[];
  /** So many of the last starts are needed to judge. */
  starts: number;
  /** Decides on the state of that moment; may be asked more than once and must be pure. */
  judge(state: SlotState, nowMs: number): SlotVerdict;
}

/** Slots of tools, shared by all processes of a user. Whatever a process holds is free again once it has died. */
export interface SlotQueue {
  /** Asks for a slot: the first call joins the queue, later ones look whether it is this one's turn. */
  take(request: SlotRequest): Promise<Result<SlotVerdict, LedgerTrouble>>;
  /** The tool is about to start, which counts from now on. `false`: somebody took this process for dead, and the slot is gone. */
  begin(id: string): Promise<Result<boolean, LedgerTrouble>>;
  /** The process of a running attempt lives. */
  signLife(id: string): Promise<Result<void, LedgerTrouble>>;
  /** Gives the slot back, or leaves the queue; twice is once. */
  leave(id: string): Promise<Result<void, LedgerTrouble>>;
  /** Who uses a tool now. Changes nothing. */
  use(tool: string): Promise<Result<ToolUse, LedgerTrouble>>;
}
