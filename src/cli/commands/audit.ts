import type { Paint } from '../../diagnostics/paint.js';
import { visible } from '../../diagnostics/visible.js';
import { widthOf } from '../../diagnostics/width.js';
import { parseSince } from '../../domain/duration.js';
import { failure } from '../../domain/failure.js';
import { ok } from '../../domain/result.js';
import { loadCommandConfig } from '../config.js';
import type { CommandContext } from '../context.js';
import { headed, printLegend } from '../print-table.js';
import { projectFilter } from '../project-filter.js';
import { type AuditLine, auditLines } from '../read-audit.js';
import { reportEarly } from '../report.js';
import { type Column, renderTable } from '../table.js';
import { wrapped } from '../wrap.js';

/** The options of `audit`. */
export interface AuditOptions {
  last: number;
  since?: string;
  project?: string;
  agent?: string;
  tool?: string;
  model?: string;
  json?: boolean;
}

/** `audit`: refusals, overrides and trust decisions, newest first. */
export async function runAudit(context: CommandContext, options: AuditOptions): Promise<number> {
  const { output, world } = context;
  const since = options.since === undefined ? ok(null) : parseSince(options.since, world.clock.now());
  if (!since.ok) return reportEarly(context, { failure: failure('usage', `--since: ${since.error}`) });
  const loaded = await loadCommandConfig(context);
  const { last, agent, tool, model } = options;
  const project = options.project === undefined ? undefined : projectFilter(world.cwd, options.project);
  const read = await auditLines(context, loaded, { last, sinceMs: since.value, project, agent, tool, model });
  if (!read.ok) return reportEarly(context, { failure: read.error });
  const { lines, from, isShared } = read.value;
  if (options.json === true) await output.file(`${JSON.stringify(lines)}\n`);
  else if (lines.length === 0) await output.say(emptyText(from, options));
  else await print(context, lines, isShared);
  return 0;
}

function emptyText(from: string, { since, project, agent, tool, model }: AuditOptions): string {
  const isFiltered = [since, project, agent, tool, model].some((filter) => filter !== undefined);
  return isFiltered ? `no entry in ${from} matches` : `no entries in ${from}`;
}

async function print(context: CommandContext, lines: readonly AuditLine[], isShared: boolean): Promise<void> {
  const { output, world } = context;
  const paint = await output.paint('stdout');
  const columns = [...columnsOf(lines, paint), ...(isShared ? [WHO] : [])];
  const rows = lines.map((line) => rowOf(line, isShared));
  const table = screen(rows, columns, world.stdout.columns || Number.POSITIVE_INFINITY);
  await output.data(`${headed(table, paint)}\n`);
  await printLegend(context, table, { '-': 'none' });
}

/** One line an entry where there is room for the whole reason; otherwise the reason stands below its entry. */
function screen(rows: readonly string[][], columns: readonly Column[], width: number): string {
  const whole = renderTable([...columns, { title: 'WHY' }], rows, Number.POSITIVE_INFINITY);
  if (whole.split('\n').every((line) => widthOf(line) <= width)) return whole;
  const [head = '', ...lines] = renderTable(columns, rows, width).split('\n');
  const reasons = rows.map((row) => wrapped(visible(row[columns.length] ?? ''), width - WHY_INDENT));
  const entries = lines.flatMap((line, index) => [
    line,
    ...(reasons[index] ?? []).map((reason) => ' '.repeat(WHY_INDENT) + reason),
  ]);
  return [head, ...entries].join('\n');
}

const WHY_INDENT = 4;

function columnsOf(lines: readonly AuditLine[], paint: Paint): Column[] {
  return [
    { title: 'TIME (UTC)', short: (time) => time.slice(5, 16) },
    { title: 'EVENT', least: 10 },
    { title: 'SEVERITY', rank: 1, paint: (text, row) => bySeverity(text, lines[row]?.severity, paint) },
    { title: 'AGENT', least: 6 },
    { title: 'ATTEMPTED', least: 12 },
  ];
}

function bySeverity(text: string, severity: AuditLine['severity'] | undefined, paint: Paint): string {
  if (severity === 'critical' || severity === 'high') return paint.error(text);
  return severity === 'warning' ? paint.warning(text) : text;
}

/** Only of a shared log. */
const WHO: Column = { title: 'BY', least: 8, rank: 2 };

function rowOf(line: AuditLine, isShared: boolean): string[] {
  const { ts, audit_event: event, severity, agent, attempted_tool: tool, attempted_model: model } = line;
  const why = line.justification === null ? line.reason : `"${line.justification}": ${line.reason}`;
  return [
    ts.slice(0, 19).replace('T', ' '),
    event,
    severity,
    agent ?? '-',
    [tool, model].filter((part) => part !== null).join(':') || '-',
    ...(isShared ? [`${line.user}@${line.host}`] : []),
    why.replaceAll('\n', ' '),
  ];
}
