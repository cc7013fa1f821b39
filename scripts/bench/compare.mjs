// Compares two records of the benchmarks, as scripts/bench/recorded.json is: `compare.mjs BEFORE AFTER`. Prints a table in Markdown; exits
// with 1 when a ratio became worse by more than both spreads and a quarter.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Runners differ by more than a few percent, also in ratios. */
const MARGIN = 1.25;

/**
 * The rows that are in both records and have a ratio. Ours through theirs: a higher one is worse, unless more of the unit is better.
 * @returns {{ group: string, id: string, before: number, after: number, verdict: 'worse' | 'better' | 'same' }[]}
 */
export function compare(before, after) {
  const known = new Map(rowsOf(before).map((row) => [`${row.group} ${row.id}`, row]));
  return rowsOf(after).flatMap((row) => {
    const old = known.get(`${row.group} ${row.id}`);
    return old === undefined
      ? []
      : [{ ...named(row), before: old.ratio, after: row.ratio, verdict: verdictOf(old, row) }];
  });
}

function rowsOf({ groups }) {
  return groups.flatMap(({ name, rows }) =>
    rows.filter(({ ratio }) => typeof ratio === 'number').map((row) => ({ ...row, group: name })),
  );
}

const named = ({ group, id }) => ({ group, id });

function verdictOf(old, row) {
  const isMoreBetter = /(\/s|a second)$/.test(row.unit);
  const [oldLow, oldHigh] = old.spread ?? [old.ratio, old.ratio];
  const [low, high] = row.spread ?? [row.ratio, row.ratio];
  const isHigher = low > oldHigh && row.ratio > old.ratio * MARGIN;
  const isLower = high < oldLow && row.ratio * MARGIN < old.ratio;
  if (!isHigher && !isLower) return 'same';
  return isHigher === isMoreBetter ? 'better' : 'worse';
}

/** The comparison as a table, what became worse first. */
export function markdown(rows) {
  const order = ['worse', 'better', 'same'];
  const sorted = rows.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
  const lines = sorted.map(
    ({ group, id, before, after, verdict }) => `| ${group} | ${id} | ${before} | ${after} | ${verdict} |`,
  );
  return ['| group | benchmark | ratio before | ratio now | |', '|---|---|---|---|---|', ...lines, ''].join(
    '\n',
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [before, after] = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')));
  const rows = compare(before, after);
  process.stdout.write(markdown(rows));
  process.exitCode = rows.some(({ verdict }) => verdict === 'worse') ? 1 : 0;
}
