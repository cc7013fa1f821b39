import type { AuditDocument } from '../domain/audit.js';
import type { Failure } from '../domain/failure.js';
import { isProject } from '../domain/project.js';
import { ok, type Result } from '../domain/result.js';
import type { SharedAuditQuery } from '../ledger/shared-records.js';
import { auditFile } from '../paths.js';
import { readAudit, readSharedAudit } from '../reports/audit.js';
import type { LoadedCommandConfig } from './config.js';
import type { CommandContext } from './context.js';
import { ledgerPlaceOf } from './ledger-place.js';
import { plural } from './words.js';

/** A line, and who wrote it where the log is shared. */
export type AuditLine = AuditDocument & { host?: string; user?: string };

/** Lines of the audit log, newest first, and where they are from. */
export interface AuditLines {
  lines: readonly AuditLine[];
  /** The file, or the shared ledger. */
  from: string;
  isShared: boolean;
}

/**
 * Reads the lines of all machines that share the ledger, else those of this machine. A database that cannot be reached is a warning: the lines of
 * this machine are also in its own file.
 */
export async function auditLines(
  context: CommandContext,
  loaded: LoadedCommandConfig,
  query: SharedAuditQuery,
): Promise<Result<AuditLines, Failure>> {
  const { world, output } = context;
  const place = ledgerPlaceOf(context, loaded);
  if ((place.shared ?? null) !== null) {
    const warn = (message: string) => void output.warn(message);
    const shared = await readSharedAudit({ ...place, warn }, query);
    if (shared.ok) return ok({ lines: shared.value, from: 'the shared ledger', isShared: true });
    await output.warn(`${shared.error.message}; these are the entries of this machine`);
  }
  const file = auditFile(world);
  const { last, sinceMs } = query;
  const read = await readAudit(file, {
    last: last ?? Number.POSITIVE_INFINITY,
    sinceMs,
    matches: (line) => isWanted(line, query),
  });
  if (!read.ok) return read;
  await warnDamaged(context, file, read.value.damaged);
  return ok({ lines: read.value.lines, from: file, isShared: false });
}

function isWanted(line: AuditDocument, { project, agent, tool, model }: SharedAuditQuery): boolean {
  return (
    (project === undefined || isProject(line.project ?? null, project)) &&
    (agent === undefined || line.agent === agent) &&
    (tool === undefined || line.attempted_tool === tool) &&
    (model === undefined || line.attempted_model === model)
  );
}

/** Says how many lines could not be read. */
async function warnDamaged({ output }: CommandContext, file: string, damaged: number): Promise<void> {
  if (damaged === 0) return;
  await output.warn(
    `${plural(damaged, 'line')} of ${file} cannot be read and ${damaged === 1 ? 'was' : 'were'} skipped`,
  );
}
