import type { AuditDocument, AuditEntry } from '../domain/audit.js';
import { type Failure, failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
import { reasonOf } from '../files.js';
import type { Redactor } from '../redact/redact.js';

/** Where audit lines go, and what they are cleaned with. */
export interface AuditTarget {
  file: string;
  retentionDays: number;
  redactor: Redactor;
  /** ms since the epoch. */
  now: () => number;
  /** Told when a line cannot be written; the run goes on. */
  warn: (message: string) => void;
}

/** Keeps audit lines. What writes them is loaded with the first one; a log that cannot be written warns. */
export async function keepAudit(target: AuditTarget | null, entries: readonly AuditEntry[]): Promise<void> {
  if (target === null || entries.length === 0) return;
  try {
    const { fileAudit } = await import('../ledger/audit.js');
    await fileAudit(target).append(entries.map((entry) => target.redactor.value(entry)));
  } catch (error) {
    target.warn(`the audit log could not be written: ${reasonOf(error)}`);
  }
}

/** Lines of the log, newest first, and how many cannot be read; a log that cannot be opened is an `input` failure. */
export async function readAudit(
  file: string,
  query: { last: number; sinceMs: number | null },
): Promise<Result<{ lines: AuditDocument[]; damaged: number }, Failure>> {
  const { readAuditLines } = await import('../ledger/audit.js');
  try {
    return ok(await readAuditLines(file, query));
  } catch (error) {
    return err(
      failure('input', `the audit log cannot be read: ${reasonOf(error)}`, { hint: 'check who owns it' }),
    );
  }
}
