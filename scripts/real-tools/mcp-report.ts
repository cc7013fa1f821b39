import { release, type } from 'node:os';
import type { Finding } from './finding.js';
import { MCP_CASES } from './mcp-cases.js';

/** A client that was tried. */
export interface HostReport {
  name: string;
  npmPackage: string;
  version: string;
  findings: Record<string, Finding>;
  /** A turn, line by line; `null`: none is shown of this client. */
  transcript: readonly string[] | null;
}

/** The page for people: a table of clients and cases, and what was seen in each. */
export function mcpPage(reports: readonly HostReport[], date: string): string {
  const names = reports.map(({ name }) => name);
  return [
    '# Real clients and our MCP server',
    '',
    'Written by `npm run test:real-tools:mcp`: each client from the npm registry, with an empty home, set up by `llm-router mcp install`. A',
    'provider on loopback plays its model and calls `ask` of [`llm-router mcp`](../mcp.md), on a fake Codex.',
    '',
    `${date}; ${type()} ${release()}; llm-router on Node ${process.versions.node}.`,
    '',
    ...table(
      ['client', 'package', 'version'],
      reports.map(({ name, npmPackage, version }) => [name, npmPackage, version]),
    ),
    '',
    '## Results',
    '',
    ...table(
      ['case', 'what', ...names],
      MCP_CASES.map(({ name, title }) => [
        name,
        title,
        ...reports.map(({ findings }) => verdict(findings[name])),
      ]),
    ),
    '',
    ...reports.flatMap(transcript),
    ...reports.flatMap(details),
  ].join('\n');
}

function transcript({ name, version, transcript: lines }: HostReport): string[] {
  if (lines === null) return [];
  const title = `## One turn of ${name} ${version}`;
  return [
    title,
    '',
    'The model is played by the provider, and Codex by a script.',
    '',
    '```',
    ...lines,
    '```',
    '',
  ];
}

function verdict(finding: Finding | undefined): string {
  if (finding === undefined) return '–';
  return finding.ok ? 'ok' : '**differs**';
}

function details({ name, version, findings }: HostReport): string[] {
  const lines = MCP_CASES.flatMap((one) => {
    const found = findings[one.name];
    if (found === undefined) return [];
    return [`- ${found.ok ? '' : '**differs**: '}${one.name}: ${found.seen.replaceAll(/\s+/g, ' ')}`];
  });
  return [`### ${name} ${version}`, '', ...lines, ''];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)];
}
