import type { Paint } from '../../diagnostics/paint.js';
import { dollars } from '../../domain/money.js';
import type { TraceDocument } from '../../trace/document.js';
import { type Column, renderTable } from '../table.js';
import { costText, statusPaint, statusText } from './trace-words.js';

/** More are left to `--tree`. */
const MOST = 20;

/** The runs that the tool of a run has started, oldest first, and what they came to where something limits them. */
export function nestedLines(
  { id, nested: limits }: TraceDocument,
  newestFirst: readonly TraceDocument[],
  { width, paint }: { width: number; paint: Paint },
): string[] {
  if (newestFirst.length === 0) return [];
  const shown = newestFirst.toReversed().slice(0, MOST);
  const rows = shown.map((one) => [one.id, one.agent ?? '-', statusText(one), costText(one)]);
  const columns: Column[] = [
    { title: 'INVOCATION' },
    { title: 'AGENT', least: 6 },
    { title: 'STATUS', least: 10, paint: statusPaint(shown, paint) },
    { title: 'COST', align: 'right' },
  ];
  const lines = renderTable(columns, rows, width - INDENT.length).split('\n');
  const rest = newestFirst.length - shown.length;
  if (rest > 0) lines.push(`and ${rest} more: llm-router trace show ${id} --tree`);
  if (limits !== null && limits !== undefined) lines.push(limitLine(limits));
  return lines.map((line) => `${INDENT}${line}`);
}

const INDENT = '  ';

/** Traces of earlier versions have no `nested`. */
function limitLine({ calls, refused, spent_usd, cap_usd }: NonNullable<TraceDocument['nested']>): string {
  const made = `${calls} ${calls === 1 ? 'call' : 'calls'}, ${refused} refused`;
  if (cap_usd === null) return made;
  return `${made}; they have spent ${usd(spent_usd ?? 0)} under the cap of ${usd(cap_usd)}`;
}

function usd(amount: number): string {
  return dollars(Math.round(amount * 1_000_000));
}
