const MAX_LISTED = 12;
/** A config with more names than this was not written by hand. */
const MAX_COMPARED = 500;
/** Largest edit distance of a safe correction. */
const MAX_CERTAIN = 2;
/** Letters that may differ at most for a word to be near. */
const MAX_REACH = 4;

/** The most similar candidate, ignoring case; `null` when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const wanted = word.toLowerCase();
  let best: string | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates.slice(0, MAX_COMPARED)) {
    const away = distance(wanted, candidate.toLowerCase());
    if (away < bestDistance) [best, bestDistance] = [candidate, away];
  }
  return best !== null && bestDistance <= reach(wanted, best) ? best : null;
}

/**
 * The only candidate within two letters that is near for its length; `null` when there is none, or more than one, or when
 * digits differ: another version is another model.
 */
export function onlyNear(word: string, candidates: readonly string[]): string | null {
  const wanted = word.toLowerCase();
  const near = [...new Set(candidates.slice(0, MAX_COMPARED))].filter((candidate) => {
    const away = distance(wanted, candidate.toLowerCase());
    return away <= Math.min(MAX_CERTAIN, reach(wanted, candidate));
  });
  const [only, ...others] = near;
  return only !== undefined && others.length === 0 && digits(only) === digits(word) ? only : null;
}

/**
 * A hint such as ``did you mean `codex`? defined tools: claude-code, codex``; `label` names the list. Long lists are cut.
 * `null` when there is nothing to choose from.
 */
export function didYouMean(word: string, candidates: readonly string[], label: string): string | null {
  if (candidates.length === 0) return null;
  const near = nearest(word, candidates);
  const question = near === null ? '' : `did you mean \`${near}\`? `;
  return `${question}${label}: ${listed(candidates)}`;
}

/** The end of a message about a word that is not one of these: `` (did you mean `codex`?)``; empty where none is near. */
export function nearWord(unknown: { word: string; known: readonly string[] } | null): string {
  const near = unknown === null ? null : nearest(unknown.word, unknown.known);
  return near === null ? '' : ` (did you mean \`${near}\`?)`;
}

/** About a third of the longer word may differ, at most four letters, and one of a word of four: `tcsh` is not `bash`. */
function reach(wanted: string, candidate: string): number {
  const length = Math.max(wanted.length, candidate.length);
  return length <= 4 ? 1 : Math.min(MAX_REACH, Math.ceil(length / 3));
}

function digits(word: string): string {
  return word.replace(/\D/g, '');
}

/** Letters to add, drop or replace, and neighbours to swap, to make one word of the other. */
function distance(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > MAX_REACH) return Number.POSITIVE_INFINITY;
  let [before, above]: [number[], number[]] = [
    [],
    Array.from({ length: to.length + 1 }, (_, index) => index),
  ];
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1];
      const replaced = (above[j - 1] ?? 0) + (isSame ? 0 : 1);
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swapped = isSwap ? (before[j - 2] ?? 0) + 1 : replaced;
      row.push(Math.min(replaced, swapped, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    [before, above] = [above, row];
  }
  return above[to.length] ?? 0;
}

function listed(candidates: readonly string[]): string {
  const shown = candidates.slice(0, MAX_LISTED).join(', ');
  const rest = candidates.length - MAX_LISTED;
  return rest > 0 ? `${shown} and ${rest} more` : shown;
}
