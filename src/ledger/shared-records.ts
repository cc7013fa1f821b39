import type { AuditDocument } from '../domain/audit.js';
import type { Result } from '../domain/result.js';
import type { CooldownState } from '../policy/cooldown.js';
import type { LedgerTrouble } from './trouble.js';
import type { UsageFilter } from './usage-of-days.js';

/** A line of the audit log of a shared ledger: who wrote it. */
export type SharedAuditDocument = AuditDocument & { host: string; user: string };

/** Which lines are wanted. */
export interface SharedAuditQuery extends UsageFilter {
  /** The most; `null`: all. */
  last: number | null;
  sinceMs: number | null;
}

/** What a shared ledger holds that a ledger file leaves to other files. */
export interface SharedRecords {
  cooldowns(): Promise<Result<CooldownState, LedgerTrouble>>;
  /** Changes the cooldowns, one after the other; returning the same state writes nothing. */
  changeCooldowns(change: (state: CooldownState) => CooldownState): Promise<Result<void, LedgerTrouble>>;
  /** Newest first. */
  audit(query: SharedAuditQuery): Promise<Result<SharedAuditDocument[], LedgerTrouble>>;
}
