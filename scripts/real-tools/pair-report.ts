import { release, type } from 'node:os';
import type { Finding } from './finding.js';
import { PAIR_CASES } from './pair-cases.js';
import { RACE_CASES } from './race-cases.js';
import { table } from './report.js';

/** Two tools that were tried one after the other. */
export interface PairReport {
  first: string;
  second: string;
  findings: Record<string, Finding>;
}

/** The page for people: versions, a table of pairs and cases, and what was seen in each. */
export function recoveryPage(
  reports: readonly PairReport[],
  raced: Record<string, Finding>,
  { date, versions }: { date: string; versions: readonly string[][] },
): string {
  return [
    '# Recovery between the real programs',
    '',
    'Written by `npm run test:real-tools:recovery`: programs from the npm registry, with one empty home and dummy keys, as the first and the second',
    'candidate of an agent with access `edit` in a Git work tree. A provider on loopback lets each write a file with a tool of its own, and fails the',
    'first one with 429; in a race none fails. What is rolled back and handed over is in [recovery](../recovery.md).',
    '',
    `${date}; ${type()} ${release()}; llm-router on Node ${process.versions.node}.`,
    '',
    ...table(['tool', 'package', 'version'], versions),
    '',
    ...PAIR_CASES.flatMap(({ name, title }) => [
      `## ${name}`,
      '',
      `${title[0]?.toUpperCase()}${title.slice(1)}.`,
      '',
      ...table(
        ['first', 'second', 'result', 'seen'],
        reports.map(({ first, second, findings }) => row(first, second, findings[name])),
      ),
      '',
    ]),
    '## race',
    '',
    'All three at once, against the same provider, which fails none of them; `--verify` looks for the edit.',
    '',
    ...table(
      ['case', 'result', 'seen'],
      RACE_CASES.map(({ name, title }) => [title, ...resultOf(raced[name])]),
    ),
    '',
  ].join('\n');
}

function row(first: string, second: string, found: Finding | undefined): string[] {
  return [first, second, ...resultOf(found)];
}

function resultOf(found: Finding | undefined): string[] {
  if (found === undefined) return ['–', ''];
  return [found.ok ? 'ok' : '**differs**', found.seen.replaceAll(/\s+/g, ' ')];
}
