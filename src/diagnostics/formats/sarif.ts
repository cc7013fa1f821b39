import { CODES, type Code } from '../codes.js';
import type { Diagnostic, Fix, Place, Related, Severity } from '../diagnostic.js';
import { SUMMARIES } from '../summaries.js';

/** Findings as one SARIF 2.1.0 log, for code scanning. Every code that occurs is described as a rule. */
export function sarifLog(list: readonly Diagnostic[], version: string): object {
  const codes = [...new Set(list.map((one) => one.code))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'llm-router', version, rules: codes.map(rule) } },
        columnKind: 'unicodeCodePoints',
        results: list.map((one) => result(one, codes.indexOf(one.code))),
      },
    ],
  };
}

const LEVELS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' };

function rule(code: string): object {
  if (!Object.hasOwn(CODES, code)) return { id: code, shortDescription: { text: code } };
  return {
    id: code,
    shortDescription: { text: SUMMARIES[code as Code] },
    defaultConfiguration: { level: LEVELS[CODES[code as Code]] },
  };
}

function result(one: Diagnostic, ruleIndex: number): object {
  const { code, severity, message, hint, place, related, fix } = one;
  return {
    ruleId: code,
    ruleIndex,
    level: LEVELS[severity],
    message: { text: hint === null ? message : `${message}\nhint: ${hint}` },
    ...(place === null ? {} : { locations: [location(place)] }),
    ...(related.length === 0 ? {} : { relatedLocations: related.map(relatedLocation) }),
    ...(fix === null ? {} : { fixes: [fixOf(fix)] }),
  };
}

function location(place: Place): object {
  return { physicalLocation: { artifactLocation: artifact(place), region: region(place) } };
}

function relatedLocation({ place, message }: Related, id: number): object {
  return { id, ...location(place), message: { text: message } };
}

function fixOf({ title, place, text }: Fix): object {
  const replacement = { deletedRegion: region(place), insertedContent: { text } };
  return {
    description: { text: title },
    artifactChanges: [{ artifactLocation: artifact(place), replacements: [replacement] }],
  };
}

function artifact({ file }: Place): { uri: string } {
  const path = file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  return { uri: path.startsWith('/') ? `file://${path}` : path };
}

function region({ line, column, endLine, endColumn }: Place): object {
  return { startLine: line, startColumn: column, endLine, endColumn };
}
