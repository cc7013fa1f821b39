import type { Paint } from '../../diagnostics/render.js';
import { formatDuration } from '../../domain/duration.js';
import type { Family, TreeNode } from '../../router/trace-reading.js';
import { type Column, renderTable } from '../table.js';
import { countText } from '../words.js';
import { costText, paintStatus, statusText, totalText } from './trace-words.js';

/** A family of invocations, each with its own cost and that of everything below it, and the sum. */
export function treeScreen(
  { roots, total }: Family,
  { shown, width, paint }: { shown: string; width: number; paint: Paint },
): string {
  const rows = roots.flatMap((root) => rowsOf(root, { own: '', below: '' }, shown));
  const all = `${total.invocations} invocations, ${total.succeeded} succeeded`;
  const tokens = total.tokens === null ? 'tokens not reported' : `${countText(total.tokens)} tokens`;
  return `${renderTable(columns(paint), rows, width)}\n\n${all}, ${totalText(total)}, ${tokens}`;
}

function columns(paint: Paint): Column[] {
  return [
    { title: 'INVOCATION', short: (text) => text.replace(/([0-9A-Z]{13})[0-9A-Z]{13}/, '$1') },
    { title: 'AGENT', least: 6 },
    { title: 'TOOL', least: 8 },
    { title: 'MODEL', least: 8, rank: 2 },
    { title: 'STATUS', least: 10, paint: (status) => paintStatus(status, paint) },
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

function rowsOf({ trace, children, total }: TreeNode, strokes: Strokes, shown: string): string[][] {
  const mark = trace.id === shown ? ' *' : '';
  const row = [
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
  return [row, ...below];
}
