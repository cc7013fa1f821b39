import type { AuditDocument } from '../domain/audit.js';
import { type Failure, failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
import { reasonOf } from '../files.js';
import type { AuditQuery } from '../ledger/audit.js';
import type { LedgerPlace } from '../ledger/open-ledger.js';
import type { SharedAuditDocument, SharedAuditQuery } from '../ledger/shared-records.js';

/** Lines that all machines have written which share a ledger, newest first; the failure says why it cannot be read. */
export async function readSharedAudit(
  place: LedgerPlace,
  query: SharedAuditQuery,
): Promise<Result<SharedAuditDocument[], Failure>> {
  const { readLedger } = await import('../ledger/open-ledger.js');
  const read = await readLedger(place, async (ledger) => (await ledger.shared?.audit(query)) ?? ok([]));
  if (read.ok) return ok(read.value ?? []);
  const { message, hint } = read.error;
  return err(failure('input', message, { hint }));
}

/** Lines of the log, newest first, and how many cannot be read; a log that cannot be opened is an `input` failure. */
export async function readAudit(
  file: string,
  query: AuditQuery,
): Promise<Result<{ lines: AuditDocument[]; damaged: number }, Failure>> {
  const { readAuditLines } = await import('../ledger/audit.js');
  try {
    return ok(await readAuditLines(file, query));
  } catch (error) {
    return err(
      failure('input', `the audit log cannot be read: ${reasonOf(error)}`, {
        hint: 'check its owner and permissions',
      }),
    );
  }
}
