import type { AuditDocument } from '../../domain/audit.js';
import { type Failure, failure } from '../../domain/failure.js';
import { err, ok, type Result } from '../../domain/result.js';
import { loadCommandConfig } from '../config.js';
import type { CommandContext } from '../context.js';
import { auditLines } from '../read-audit.js';
import { reportEarly } from '../report.js';
import { labelled } from '../wrap.js';

/** `audit show <id>`: the entries of one invocation in full, oldest first. */
export async function runAuditShow(
  context: CommandContext,
  id: string,
  options: { json?: boolean },
): Promise<number> {
  const { output, world } = context;
  const loaded = await loadCommandConfig(context);
  const read = await auditLines(context, loaded, { last: null, sinceMs: null });
  if (!read.ok) return reportEarly(context, { failure: read.error });
  const found = entriesOf(read.value.lines, id);
  if (!found.ok) return reportEarly(context, { failure: found.error });
  if (options.json === true) await output.json(found.value);
  else {
    const width = world.stdout.columns || WIDTH;
    await output.data(`${found.value.map((line) => entryText(line, width)).join('\n\n')}\n`);
  }
  return 0;
}

/** Where the terminal does not say, and in a pipe. */
const WIDTH = 100;

/** Of the invocation; `last` is the newest entry with all others of its invocation. */
function entriesOf(lines: readonly AuditDocument[], id: string): Result<AuditDocument[], Failure> {
  const [newest] = lines;
  if (id === 'last') {
    if (newest === undefined) return err(failure('usage', 'there is no entry yet'));
    return ok(newest.invocation_id === null ? [newest] : ofInvocation(lines, newest.invocation_id));
  }
  const ids = new Set(lines.flatMap(({ invocation_id: one }) => (one?.startsWith(id) === true ? [one] : [])));
  const [only, ...others] = ids;
  if (only === undefined)
    return err(
      failure('usage', `no entry is of an invocation \`${id}\``, {
        hint: '`llm-router audit --json` has the ids',
      }),
    );
  if (others.length > 0)
    return err(
      failure('usage', `several invocations start with \`${id}\``, {
        hint: `give more of the id: ${[...ids].join(', ')}`,
      }),
    );
  return ok(ofInvocation(lines, only));
}

function ofInvocation(lines: readonly AuditDocument[], id: string): AuditDocument[] {
  return lines.filter(({ invocation_id: one }) => one === id).reverse();
}

const LABEL = 16;

function entryText(line: AuditDocument, width: number): string {
  const { ts, audit_event: event, severity, allowed, ...rest } = line;
  const facts = Object.entries({ ...rest, allowed: allowed?.join(', ') ?? null });
  const shown = facts.flatMap(([name, value]) =>
    value === null || value === undefined
      ? []
      : labelled(`  ${name.replaceAll('_', ' ')}`, String(value), { indent: LABEL + 3, width }),
  );
  return [`${ts.slice(0, 19).replace('T', ' ')} UTC  ${event} (${severity})`, ...shown].join('\n');
}
