import type { Paint } from '../diagnostics/paint.js';
import type { CommandContext } from './context.js';
import { type Column, renderTable } from './table.js';

/** What signs in the cells of a table stand for. */
export type Signs = Readonly<Record<string, string>>;

/** Prints a table to stdout; on a terminal as wide as that, with the meaning of its signs below it. */
export async function printTable(
  context: Pick<CommandContext, 'output' | 'world'>,
  {
    columns,
    rows,
    signs,
  }: { columns: readonly Column[]; rows: readonly (readonly string[])[]; signs: Signs },
): Promise<void> {
  const { stdout } = context.world;
  const table = renderTable(columns, rows, stdout.columns || Number.POSITIVE_INFINITY);
  await context.output.data(`${headed(table, await context.output.paint('stdout'))}\n`);
  await printLegend(context, table, signs);
}

/** A table with its headings in bold. */
export function headed(table: string, paint: Paint): string {
  return table.replace(/^.*/, (headings) => paint.bold(headings));
}

/** Says on a terminal what the signs of a rendered table stand for. */
export async function printLegend(
  { output, world }: Pick<CommandContext, 'output' | 'world'>,
  table: string,
  signs: Signs,
): Promise<void> {
  const legend = world.stdout.isTerminal ? legendOf(table, signs) : null;
  if (legend !== null) await output.prose(`${(await output.paint('stdout')).dim(legend)}\n`);
}

/** `-  none, ?  unknown`: the signs that stand in the cells of a rendered table; `null` if there are none. */
export function legendOf(table: string, signs: Signs): string | null {
  const cells = table.split('\n').slice(1).join('\n').split(/\s+/);
  const used = Object.entries(signs).filter(([sign]) => cells.some((cell) => isMarked(cell, sign)));
  return used.length === 0 ? null : used.map(([sign, meaning]) => `${sign} ${meaning}`).join('; ');
}

/** A sign is a cell of its own; one that begins with a plus follows a figure, and an ellipsis follows what was cut. */
function isMarked(cell: string, sign: string): boolean {
  return cell === sign || (/^[+…]/.test(sign) && cell.endsWith(sign));
}
