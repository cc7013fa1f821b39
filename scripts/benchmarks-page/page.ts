import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { GROUPS } from '../bench/groups.mjs';
import type { GeneratedFile } from '../generated-files.js';
import { type Group, holesOf, type Recorded } from './recorded.js';
import { machineText, runText } from './surroundings.js';
import { gridTable, missedList, rowsTable, type Shown } from './tables.js';

const TEMPLATE = 'scripts/bench/page.md';
const RECORDED = 'scripts/bench/recorded.json';
const PAGE = 'docs/benchmarks.md';

/** What a page must not hold: a place that was not filled, and what stands for a figure that is not there. */
const UNFILLED = /\{\{.*?\}\}|\b(?:NaN|Infinity|undefined|null)\b|\b(?:STATS|FIGURE|TODO|TBD)_?\d*\b/;

/** The page of the benchmarks, or why it cannot be made. */
export async function benchmarksPage(root: string): Promise<{ file: GeneratedFile; trouble: string[] }> {
  const read = (file: string) => readFile(path.join(root, file), 'utf8');
  const recorded = JSON.parse(await read(RECORDED)) as Recorded;
  const { text, trouble } = filled(await read(TEMPLATE), recorded);
  return { file: [PAGE, text], trouble: trouble.map((one) => `${PAGE}: ${one}`) };
}

/** A template with its places filled from what was recorded. */
export function filled(template: string, recorded: Recorded): { text: string; trouble: string[] } {
  const shown: Shown = { ids: new Set(), trouble: holesOf(recorded) };
  if (shown.trouble.length > 0) return { text: template, trouble: shown.trouble };
  const text = template.replace(/\{\{(\w+)((?: [^\s{}]+)*)\}\}/g, (whole, what: string, words: string) => {
    return placeText(what, words.trim().split(' '), { recorded, shown }) ?? whole;
  });
  const left = UNFILLED.exec(text)?.[0];
  return {
    text,
    trouble: [
      ...shown.trouble,
      ...unshown(recorded, shown),
      ...(left === undefined ? [] : [`\`${left}\` is not filled`]),
    ],
  };
}

/** What stands for `{{what words}}`; `null`: there is no such place. */
function placeText(
  what: string,
  [name = '', ...patterns]: string[],
  { recorded, shown }: { recorded: Recorded; shown: Shown },
): string | null {
  if (what === 'machine') return machineText(recorded);
  if (what === 'missed') return missedList(recorded);
  if (what === 'groups') return GROUPS.map((one) => `\`${one.name}\``).join(', ');
  const group = recorded.groups.find((one) => one.name === name);
  if (group === undefined) return null;
  if (what === 'run') return runText(group);
  if (what === 'rows') return rowsTable(group, patterns, shown);
  return what === 'grid' ? gridTable(group, patterns, shown) : null;
}

function unshown({ groups }: Recorded, { ids }: Shown): string[] {
  const idsOf = (group: Group) => group.rows.map(({ id }) => `${group.name} ${id}`);
  return groups
    .flatMap(idsOf)
    .filter((id) => !ids.has(id))
    .map((id) => `\`${id}\` is recorded, and \`${TEMPLATE}\` does not show it`);
}
