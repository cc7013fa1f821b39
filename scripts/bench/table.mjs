// The rows of a run as lines of text.

const HEAD = ['what', 'unit', 'ours', 'beside', 'theirs', 'ratio', 'quartiles', 'target'];
/** Columns of words; the others are numbers. */
const WORDS = new Set([0, 1, 3, 7]);

/** One table, a heading for each group. */
export function table(groups) {
  const cells = groups.map(({ name, rows }) => ({ name, rows: rows.map(cellsOf) }));
  const all = [HEAD, ...cells.flatMap(({ rows }) => rows)];
  const widths = HEAD.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) =>
    row
      .map((cell, column) =>
        WORDS.has(column) ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join('  ')
      .trimEnd();
  return [line(HEAD), ...cells.flatMap(({ name, rows }) => ['', name, ...rows.map(line)])].join('\n');
}

/** The cells of a row, in the order of the head. */
export function cellsOf(row) {
  return [
    row.title,
    row.unit,
    figure(row.ours),
    row.beside ?? '',
    figure(row.theirs),
    figure(row.ratio),
    spreadOf(row),
    targetOf(row),
  ];
}

/** Three digits that count, and thousands in groups. */
export function figure(value) {
  if (value === null) return '';
  if (value === 0) return '0';
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(value >= 10 ? 1 : 2);
}

/** The quartiles. */
export function spreadOf(row) {
  return row.spread === null ? '' : row.spread.map(figure).join('-');
}

/** What is aimed at, and whether it is reached. */
export function targetOf(row) {
  const reached = isReached(row);
  if (reached === null) return '';
  const sign = row.targetOf.startsWith('least') ? '≥' : '≤';
  const unit = row.targetOf.endsWith('ratio') ? 'x' : row.unit;
  return `${sign} ${[figure(row.target), unit].join(' ').trim()} ${reached ? 'reached' : 'missed'}`;
}

/** Whether a row reaches what is aimed at; `null`: nothing is. */
export function isReached({ target, targetOf, ratio, ours }) {
  if (target === null) return null;
  if (targetOf === 'ratio') return ratio <= target;
  if (targetOf === 'least ratio') return ratio >= target;
  return targetOf === 'most' ? ours <= target : ours >= target;
}
