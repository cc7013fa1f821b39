import { arch, release, type } from 'node:os';
import { CASES } from './cases.js';
import type { Finding } from './finding.js';

/** A tool that was tried, or why it was not. */
export type ToolReport = { name: string; npmPackage: string } & (
  | {
      installed: true;
      version: string;
      findings: Record<string, Finding>;
      /** Cases for which no time was left. */
      missing: string[];
      /** How often the provider was asked for an answer, over all cases. */
      modelRequests: number;
    }
  | { installed: false; reason: string }
);

/** Under which conditions the tools were tried. */
export interface Conditions {
  date: string;
  toolNode: string;
  isRoot: boolean;
}

/** The page for people: versions, a table of tools and cases, and what was seen in each. */
export function markdownReport(reports: readonly ToolReport[], conditions: Conditions): string {
  return [
    '# Verified against the real programs',
    '',
    'Written by `npm run test:real-tools`: each program from the npm registry, with an empty home and dummy keys, driven by',
    '`llm-router exec` against a provider on loopback. Real logins, real limits and real models are not part of it.',
    '',
    ...conditionLines(conditions),
    '',
    ...table(['tool', 'package', 'version'], reports.map(versionRow)),
    '',
    '## Results',
    '',
    'A dash: not tried. What differs, and what was seen where all is well, stands below.',
    '',
    ...table(
      ['case', ...reports.map(({ name }) => name)],
      CASES.map((_, row) => resultRow(reports, row)),
    ),
    '',
    ...reports.flatMap(details),
  ].join('\n');
}

function conditionLines({ date, toolNode, isRoot }: Conditions): string[] {
  const user = isRoot ? 'root' : 'an ordinary user';
  return [
    `${date}; ${type()} ${release()} ${arch()}; llm-router on Node ${process.versions.node}, the tools on Node ${toolNode}, as ${user}.`,
  ];
}

function versionRow(report: ToolReport): string[] {
  return [
    report.name,
    report.npmPackage,
    report.installed ? report.version : `not installed: ${report.reason}`,
  ];
}

function resultRow(reports: readonly ToolReport[], row: number): string[] {
  const tried = CASES[row];
  if (tried === undefined) return [];
  return [tried.title, ...reports.map((report) => verdict(report, tried.name))];
}

function verdict(report: ToolReport, name: string): string {
  const finding = report.installed ? report.findings[name] : undefined;
  if (finding === undefined) return '–';
  return finding.ok ? 'ok' : '**differs**';
}

function details(report: ToolReport): string[] {
  if (!report.installed) return [];
  const lines = CASES.flatMap(({ name, title }) => {
    const finding = report.findings[name];
    return finding === undefined
      ? []
      : [`- ${finding.ok ? '' : '**differs**: '}${title}: ${oneLine(finding.seen)}`];
  });
  return [`### ${report.name} ${report.version}`, '', ...lines, ''];
}

/** A table as Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)];
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
