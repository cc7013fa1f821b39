import { type AuditEntry, auditDocument } from '../domain/audit.js';
import { reasonOf } from '../files.js';
import type { LedgerAccess } from '../ledger/access.js';
import type { Redactor } from '../redact/redact.js';

/** Where audit lines go. */
export interface AuditTarget {
  file: string;
  retentionDays: number;
  /** ms since the epoch. */
  now: () => number;
  /** A shared one gets the lines too; `null` or absent: none. */
  ledger?: LedgerAccess | null;
  env?: Readonly<Record<string, string | undefined>>;
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
  const clean = entries.map((entry) => redactor.value(entry));
  const nowMs = target.now();
  try {
    const { fileAudit } = await import('../ledger/audit.js');
    await fileAudit({ ...target, now: () => nowMs }).append(clean);
  } catch (error) {
    target.warn(`the audit log could not be written: ${reasonOf(error)}`);
  }
  const { ledger = null, env = {} } = target;
  if (ledger?.isShared !== true) return;
  const { shareAudit } = await import('../ledger/shared-audit.js');
  const ts = new Date(nowMs).toISOString();
  await shareAudit(
    ledger,
    clean.map((entry) => auditDocument(entry, ts)),
    env,
  );
}
