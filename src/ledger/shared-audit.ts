import { hostname } from 'node:os';
import type { AuditDocument } from '../domain/audit.js';
import { dayOf } from '../domain/calendar.js';
import { newId } from '../domain/id.js';
import { userName } from '../files/account.js';
import type { LedgerAccess } from './access.js';

/** Adds lines of the audit log of this machine to a shared ledger; while its database is away they wait beside the ledger. */
export async function shareAudit(
  ledger: Pick<LedgerAccess, 'keep'>,
  documents: readonly AuditDocument[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const by = { host: hostname(), user: userName(env) };
  const batch = newId(Date.now(), Math.random);
  const audit = documents.map((document, index) => {
    const atMs = Date.parse(document.ts);
    return {
      // Lines of the same moment keep their order.
      id: `${batch}-${String(index).padStart(4, '0')}`,
      at_ms: atMs,
      day: dayOf(atMs),
      ...by,
      project: document.project,
      agent: document.agent,
      tool: document.attempted_tool,
      model: document.attempted_model,
      document: JSON.stringify(document),
    };
  });
  await ledger.keep({ attempts: [], invocation: null, audit });
}
