import { GROUPS } from '../bench/groups.mjs';
import type { Row } from '../bench/table.mjs';

/** What one benchmark gave when `npm run bench -- --record` ran it, and where and when. */
export interface Group {
  name: string;
  rows: Row[];
  /** What could not be measured on that machine: rows whose ids begin with `id`. */
  missing: { id: string; why: string }[];
  /** Of a run with few rounds, `--quick`. */
  quick: boolean;
  /** Versions by name. */
  used: Record<string, string>;
  /** Of the machine, before and after. */
  load: [before: number, after: number];
  at: string;
  version: string;
  machine: { processor: string; cores: number; memoryGib: number; system: string };
}

export interface Recorded {
  groups: Group[];
}

/** What keeps a record from being shown: a benchmark without figures, and a figure that is none. */
export function holesOf({ groups }: Recorded): string[] {
  const names = GROUPS.flatMap(({ name, nodes = [] }) => [
    name,
    ...nodes.map((major) => `${name}-node${major}`),
  ]);
  const absent = names.filter((name) => !groups.some((group) => group.name === name));
  const unknown = groups.filter(({ name }) => !names.includes(name));
  return [
    ...absent.map(
      (name) => `\`${name}\` is not recorded: \`npm run bench -- ${name.replace(/-node\d+$/, '')} --record\``,
    ),
    ...unknown.map(({ name }) => `\`${name}\` is recorded, and is no benchmark`),
    ...groups.flatMap((group) =>
      group.rows.flatMap((row) => (isWhole(row) ? [] : [`\`${group.name} ${row.id}\` has no figure`])),
    ),
  ];
}

function isWhole({ ours, beside, theirs, ratio, spread }: Row): boolean {
  const figures = beside === null ? [ours] : [ours, theirs, ratio];
  return [...figures, ...(spread ?? [])].every((one) => typeof one === 'number' && Number.isFinite(one));
}
