import type { AuditEntry } from '../domain/audit.js';
import { reasonOf } from '../files.js';
import type { Redactor } from '../redact/redact.js';

/** Where audit lines go. */
export interface AuditTarget {
  file: string;
  retentionDays: number;
  /** ms since the epoch. */
  now: () => number;
  /** Called when a line cannot be written; the run goes on. */
  warn: (message: string) => void;
}

/** Writes audit lines without secrets. The writer is loaded with the first one; a log that cannot be written warns. */
export async function keepAudit(
  target: AuditTarget | null,
  entries: readonly AuditEntry[],
  redactor: Redactor,
): Promise<void> {
  if (target === null || entries.length === 0) return;
  try {
    const { fileAudit } = await import('../ledger/audit.js');
    await fileAudit(target).append(entries.map((entry) => redactor.value(entry)));
  } catch (error) {
    target.warn(`the audit log could not be written: ${reasonOf(error)}`);
  }
}
