// The form in which every benchmark gives its figures: rows of one table. `npm run bench` collects them; a benchmark started alone prints
// them.
import { quantile } from './measure.mjs';
import { table } from './table.mjs';

/** `npm run bench -- --quick`: enough to see that a benchmark works, too little for a figure that is worth keeping. */
export const quick = process.env.BENCH_QUICK === '1';

/** The number of rounds, or the smaller one of a quick run. */
export function rounds(full, few) {
  return quick ? few : full;
}

/**
 * Gives a row. `ours` and `theirs` are the figures of one round each, taken in turns, or one number; the ratio is that of their medians,
 * and its spread the quartiles of the ratios of all rounds. A figure alone has the quartiles of its own rounds.
 *
 * @param {object} given
 * @param {string} given.id unique in its benchmark; names it in docs/benchmarks.md
 * @param {string} given.title what is measured of ours
 * @param {string} given.unit of both figures
 * @param {number[] | number} given.ours
 * @param {string} [given.beside] what it is measured beside; none: a figure alone
 * @param {number[] | number} [given.theirs] the figures of that
 * @param {number} [given.most] the largest ratio that is aimed at
 * @param {number} [given.leastRatio] the smallest ratio that is aimed at
 * @param {number} [given.limit] the largest figure of ours that is aimed at
 * @param {number} [given.least] the smallest figure of ours that is aimed at
 */
export function row({ id, title, unit, ours, beside, theirs, most, leastRatio, limit, least }) {
  const each = theirs === undefined ? many(ours) : paired(ours, theirs);
  const value = middle(ours);
  const other = theirs === undefined ? null : middle(theirs);
  give({
    row: {
      id,
      title,
      unit,
      ours: value,
      beside: beside ?? null,
      theirs: other,
      ratio: other === null ? null : value / other,
      spread: each === null ? null : [quantile(each, 0.25), quantile(each, 0.75)],
      target: most ?? leastRatio ?? limit ?? least ?? null,
      targetOf: targetOf({ most, leastRatio, limit }),
    },
  });
}

function targetOf({ most, leastRatio, limit }) {
  if (most !== undefined) return 'ratio';
  if (leastRatio !== undefined) return 'least ratio';
  return limit === undefined ? 'least' : 'most';
}

/** Says that the rows whose ids begin with `id` cannot be measured on this machine, and why. */
export function missing(id, why) {
  give({ missing: { id, why } });
}

/** A version that was used: of a program, or of a package beside which ours is measured. */
export function used(name, version) {
  give({ used: { name, version } });
}

function give(message) {
  if (process.send !== undefined) process.send(message);
  else alone.push(message);
}

/** What a benchmark that was started alone has given. */
const alone = [];
process.once('exit', () => {
  const rows = alone.flatMap((message) => message.row ?? []);
  if (rows.length === 0) return; // a process that a benchmark has started
  process.stdout.write(`${table([{ name: `Node ${process.versions.node}`, rows }])}\n`);
  for (const { missing } of alone)
    if (missing !== undefined) process.stdout.write(`not measured: ${missing.id}: ${missing.why}\n`);
});

function middle(figures) {
  return Array.isArray(figures) ? quantile(figures, 0.5) : figures;
}

function many(figures) {
  return Array.isArray(figures) ? figures : null;
}

function paired(ours, theirs) {
  if (!Array.isArray(ours) || !Array.isArray(theirs) || ours.length !== theirs.length) return null;
  return ours.map((one, round) => one / theirs[round]);
}

used(`Node ${process.versions.node.split('.')[0]}`, process.versions.node);
