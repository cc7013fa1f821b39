import type { Paint } from '../../diagnostics/paint.js';
import { formatDuration } from '../../domain/duration.js';
import type { Family, TreeNode } from '../../reports/traces.js';
import type { TraceDocument } from '../../trace/document.js';
import { type Column, renderTable } from '../table.js';
import { countText, plural } from '../words.js';
import { costText, statusPaint, statusText, totalText } from './trace-words.js';

/** A family of invocations, each with its own cost and that of everything below it, and the sum. */
export function treeScreen(
  { roots, total }: Family,
  { shown, width, paint }: { shown: string; width: number; paint: Paint },
): string {
  const rows = roots.flatMap((root) => rowsOf(root, { own: '', below: '' }, shown));
  const traces = rows.map(({ trace }) => trace);
  const cells = rows.map((row) => row.cells);
  const all = `${plural(total.invocations, 'invocation')}, ${total.succeeded} succeeded`;
  const tokens = total.tokens === null ? 'tokens not reported' : `${countText(total.tokens)} tokens`;
  return `${renderTable(columns(paint, traces), cells, width)}\n\n${all}, ${totalText(total)}, ${tokens}`;
}

function columns(paint: Paint, traces: readonly TraceDocument[]): Column[] {
  return [
    { title: 'INVOCATION', short: (text) => text.replace(/([0-9A-Z]{13})[0-9A-Z]{13}/, '$1') },
    { title: 'AGENT', least: 6 },
    { title: 'TOOL', least: 8 },
    { title: 'MODEL', least: 8, rank: 2 },
    { title: 'STATUS', least: 10, paint: statusPaint(traces, paint) },
    { title: 'TIME', align: 'right', rank: 1 },
    { title: 'COST', align: 'right' },
    { title: 'WITH CALLS', align: 'right' },
  ];
}

/** The strokes before a row, and before the rows below it. */
interface Strokes {
  own: string;
  below: string;
}

interface Row {
  trace: TraceDocument;
  cells: string[];
}

function rowsOf({ trace, children, total }: TreeNode, strokes: Strokes, shown: string): Row[] {
  const mark = trace.id === shown ? ' *' : '';
  const cells = [
    `${strokes.own}${trace.id}${mark}`,
    trace.agent ?? '-',
    trace.tool ?? '-',
    trace.model ?? '-',
    statusText(trace),
    trace.latency_ms === null ? '?' : formatDuration(trace.latency_ms),
    costText(trace),
    children.length === 0 ? '' : totalText(total),
  ];
  const below = children.flatMap((child, index) => {
    const isLast = index === children.length - 1;
    const own = `${strokes.below}${isLast ? '└─ ' : '├─ '}`;
    return rowsOf(child, { own, below: `${strokes.below}${isLast ? '   ' : '│  '}` }, shown);
  });
  return [{ trace, cells }, ...below];
}
