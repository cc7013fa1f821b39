/** What Jest's reporter `json` writes of a file: its statements and branches by an id, and how often each ran. */
export interface FileCoverage {
  statementMap: Readonly<Record<string, { start: { line: number } }>>;
  s: Readonly<Record<string, number>>;
  b: Readonly<Record<string, readonly number[]>>;
}

/** How much of something ran. */
export interface Share {
  total: number;
  covered: number;
}

/** The coverage of some files of a folder. */
export interface FolderCoverage {
  /** The top folder below src, or the name of a file at the top. */
  name: string;
  isPure: boolean;
  files: number;
  lines: Share;
  branches: Share;
  /** The files with lines that never ran, and those lines. */
  gaps: { file: string; lines: readonly number[] }[];
}

/** The lowest shares that are accepted of a pure folder, in percent. */
const LEAST = { lines: 95, branches: 90 };

/**
 * Sums by folder; the pure files of a folder and its others are two entries, pure ones first.
 * @param files paths below src with what ran of them
 */
export function foldersOf(
  files: readonly (readonly [file: string, coverage: FileCoverage])[],
  isPure: (file: string) => boolean,
): FolderCoverage[] {
  const found = new Map<string, FolderCoverage>();
  for (const [file, coverage] of files) {
    const [name = ''] = file.split('/');
    const key = `${isPure(file) ? 0 : 1} ${name}`;
    const before = found.get(key) ?? { ...EMPTY, name, isPure: isPure(file) };
    found.set(key, plus(before, file, coverage));
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, folder]) => folder);
}

const NONE: Share = { total: 0, covered: 0 };
const EMPTY = { files: 0, lines: NONE, branches: NONE, gaps: [] };

function plus(folder: FolderCoverage, file: string, coverage: FileCoverage): FolderCoverage {
  const lines = linesOf(coverage);
  const uncovered = [...lines].filter(([, count]) => count === 0).map(([line]) => line);
  return {
    ...folder,
    files: folder.files + 1,
    lines: sum(folder.lines, [...lines.values()]),
    branches: sum(folder.branches, Object.values(coverage.b).flat()),
    gaps: uncovered.length === 0 ? folder.gaps : [...folder.gaps, { file, lines: uncovered }],
  };
}

/** How often each line ran on which a statement begins. */
function linesOf({ statementMap, s }: FileCoverage): Map<number, number> {
  const found = new Map<number, number>();
  for (const [id, { start }] of Object.entries(statementMap))
    found.set(start.line, Math.max(found.get(start.line) ?? 0, s[id] ?? 0));
  return found;
}

function sum({ total, covered }: Share, counts: readonly number[]): Share {
  return { total: total + counts.length, covered: covered + counts.filter((count) => count > 0).length };
}

/** Percent; a folder without any has all of them. */
function percent({ total, covered }: Share): number {
  return total === 0 ? 100 : (covered / total) * 100;
}

/** Whether less of a pure folder ran than is accepted. */
export function isBelow({ isPure, lines, branches }: FolderCoverage): boolean {
  return isPure && (percent(lines) < LEAST.lines || percent(branches) < LEAST.branches);
}

/** Options of Jest that leave no test out. */
const OF_ALL_TESTS = /^--(maxWorkers=.*|runInBand|silent|verbose)$/;

/** Whether all tests run with these arguments: what some of them run of a folder says nothing about the others. */
export function runsAllTests(args: readonly string[]): boolean {
  return args.every((arg) => OF_ALL_TESTS.test(arg));
}

/**
 * A table for the terminal, then the lines that are missing.
 * @param below those of the folders to mark, whose missing lines are listed
 */
export function tableOf(folders: readonly FolderCoverage[], below: readonly FolderCoverage[]): string {
  const pure = folders.filter(({ isPure }) => isPure);
  const others = folders.filter(({ isPure }) => !isPure);
  const part = (title: string, rows: readonly FolderCoverage[]) => [
    `${title.padEnd(40)}FILES    LINES BRANCHES`,
    ...rows.map((row) => `${rowOf(row)}${below.includes(row) ? '  BELOW' : ''}`),
    '',
  ];
  return [
    ...part(`PURE (${LEAST.lines} % of lines, ${LEAST.branches} % of branches)`, pure),
    ...part('OTHER', others),
    ...below.flatMap(gapsOf),
  ].join('\n');
}

function rowOf({ name, files, lines, branches }: FolderCoverage): string {
  return `  ${name.padEnd(38)}${String(files).padStart(5)} ${shown(lines)} ${shown(branches)}`;
}

function shown(share: Share): string {
  return `${percent(share).toFixed(1)} %`.padStart(8);
}

function gapsOf({ name, gaps }: FolderCoverage): string[] {
  return [
    `${name}: lines that no test runs`,
    ...gaps.map(({ file, lines }) => `  src/${file}: ${ranges(lines)}`),
  ];
}

/** `1-3, 7` */
function ranges(lines: readonly number[]): string {
  const found: [first: number, last: number][] = [];
  for (const line of [...lines].sort((a, b) => a - b)) {
    const open = found.at(-1);
    if (open !== undefined && line <= open[1] + 1) open[1] = line;
    else found.push([line, line]);
  }
  return found.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(', ');
}
