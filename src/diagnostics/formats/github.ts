import type { Diagnostic, Place, Severity } from '../diagnostic.js';

/** Findings as workflow commands of GitHub Actions, one per line, which become annotations of the changed code. */
export function githubAnnotations(list: readonly Diagnostic[]): string[] {
  return list.map(annotation);
}

const COMMANDS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'notice' };

function annotation({ severity, code, message, hint, place }: Diagnostic): string {
  const properties = [...(place === null ? [] : placeProperties(place)), ['title', code]];
  const shown = properties.map(([name, value]) => `${name}=${escapeProperty(value ?? '')}`).join(',');
  const text = hint === null ? message : `${message}\nhint: ${hint}`;
  return `::${COMMANDS[severity]} ${shown}::${escapeText(text)}`;
}

function placeProperties({ file, line, column, endLine, endColumn }: Place): string[][] {
  return [
    ['file', file],
    ['line', String(line)],
    ['col', String(column)],
    ['endLine', String(endLine)],
    ['endColumn', String(endColumn)],
  ];
}

/** https://docs.github.com/actions/reference/workflow-commands: only these escapes are decoded; a line feed ends the command. */
function escapeText(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeText(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
