import type { Paint } from '../../diagnostics/paint.js';
import { formatDuration } from '../../domain/duration.js';
import type { TraceDocument } from '../../trace/document.js';
import { traceDirOf } from '../command-router.js';
import type { CommandContext } from '../context.js';
import { printTable } from '../print-table.js';
import { readTraces } from '../read-traces.js';
import { reportEarly } from '../report.js';
import type { Column } from '../table.js';
import { countText } from '../words.js';
import { queryOf, type TraceListOptions } from './trace-filters.js';
import { loadForTraces, warnDamaged } from './trace-folder.js';
import { costText, statusPaint, statusText } from './trace-words.js';

/** `trace`: the newest invocations that were asked for, one a line. */
export async function runTraceList(context: CommandContext, options: TraceListOptions): Promise<number> {
  const { output, world } = context;
  const query = queryOf(options, world.clock.now());
  if (!query.ok) return reportEarly(context, { failure: query.error });
  const dir = traceDirOf(context, await loadForTraces(context));
  const read = await readTraces(dir, (store) => store.list(query.value));
  if (!read.ok) return reportEarly(context, { failure: read.error });
  const { traces, damaged } = read.value;
  await warnDamaged(context, damaged);
  if (options.json === true) await output.json(traces);
  else if (options.ndjson === true) await output.json(...traces);
  else if (traces.length === 0) await output.say(emptyText(dir, options));
  else
    await printTable(context, {
      columns: columns(await output.paint('stdout'), traces),
      rows: traces.map(rowOf),
      signs: SIGNS,
    });
  return 0;
}

function emptyText(dir: string, { last: _last, ...filters }: TraceListOptions): string {
  return Object.keys(filters).length === 0 ? `no traces in ${dir}` : `no trace in ${dir} matches`;
}

const SIGNS = {
  '-': 'none',
  '?': 'unknown',
  '+?': 'and an attempt whose cost is unknown',
  '…': 'cut, whole in `trace show`',
};

/** The word for the failure alone, which its colour tells from a success. */
function shortStatus(status: string): string {
  return /^failed \((.*)\)$/.exec(status)?.[1] ?? status;
}

/** Enough of an id to be unique: the time in ms and a few random characters. */
const SHORT_ID = 13;

function columns(paint: Paint, traces: readonly TraceDocument[]): Column[] {
  return [
    { title: 'ID', short: (id) => id.slice(0, SHORT_ID) },
    { title: 'STARTED (UTC)', shortTitle: 'AT (UTC)', short: (time) => time.slice(5, 16) },
    { title: 'AGENT', least: 6 },
    { title: 'TOOL', least: 8 },
    { title: 'MODEL', least: 8, rank: 3 },
    { title: 'STATUS', least: 12, short: shortStatus, paint: statusPaint(traces, paint) },
    { title: 'TRIES', align: 'right', rank: 1 },
    { title: 'TOKENS', align: 'right', rank: 2 },
    { title: 'COST', align: 'right' },
    { title: 'TIME', align: 'right' },
  ];
}

function rowOf(trace: TraceDocument): string[] {
  return [
    trace.id,
    trace.started_at.slice(0, 19).replace('T', ' '),
    trace.agent ?? '-',
    trace.tool ?? '-',
    trace.model ?? '-',
    statusText(trace),
    String(trace.attempts.length),
    trace.usage === null ? '?' : countText(trace.usage.total_tokens),
    costText(trace),
    trace.latency_ms === null ? '?' : formatDuration(trace.latency_ms),
  ];
}
