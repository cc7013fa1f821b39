import type { AuditDocument } from '../domain/audit.js';
import { type Failure, failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
import { reasonOf } from '../files.js';
import type { AuditQuery } from '../ledger/audit.js';

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
