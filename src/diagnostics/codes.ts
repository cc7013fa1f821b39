import type { Diagnostic, Place, Severity } from './diagnostic.js';

/** Every kind of finding with its severity. */
export const CODES = {
  'config/file-not-found': 'error',
  'config/unreadable': 'error',
  'config/other-owner': 'warning',
  'config/not-a-file': 'error',
  'config/empty-folder': 'error',
  'config/file-and-folder': 'error',
  'config/misnamed-file': 'warning',
  'config/no-config': 'info',
  'config/file-too-large': 'error',
  'config/not-utf8': 'error',
  'config/yaml-syntax': 'error',
  'config/duplicate-key': 'error',
  'config/alias-bomb': 'error',
  'config/too-deep': 'error',
  'config/entry-in-two-files': 'error',
  'config/too-many-findings': 'error',
  'config/unknown-key': 'error',
  'config/wrong-type': 'error',
  'config/missing-key': 'error',
  'config/invalid-value': 'error',
  'config/unknown-agent': 'error',
  'config/unknown-tool': 'error',
  'config/unknown-model': 'error',
  'config/unknown-policy': 'error',
  'config/unknown-provider': 'warning',
  'config/tool-lacks-model': 'error',
  'config/bad-fallback-entry': 'error',
  'config/uncatalogued-model': 'warning',
  'config/unknown-placeholder': 'error',
  'config/prompt-never-passed': 'error',
  'config/access-never-passed': 'error',
  'config/template-without-binary': 'warning',
  'config/invalid-regex': 'error',
  'config/bad-selector': 'error',
  'config/repeated-fallback': 'warning',
  'config/retries-cut': 'warning',
  'config/unreachable-fallback': 'warning',
  'config/preferred-not-allowed': 'warning',
  'config/fallback-not-allowed': 'warning',
  'config/access-not-offered': 'warning',
  'config/tier-without-model': 'warning',
  'config/deprecated-model': 'warning',
  'config/own-limit': 'info',
  'config/unused-entry': 'info',
  'config/deprecated-key': 'error',
  'config/old-format': 'error',
  'config/prompt-as-option': 'warning',
  'config/shell-syntax-in-template': 'warning',
  'config/secret-in-config': 'error',
  'config/undefined-env': 'warning',
  'config/insecure-base-url': 'warning',
  'config/missing-price': 'warning',
  'config/missing-cost-cap': 'error',
  'config/unmetered-tool': 'warning',
  'config/budget-conflict': 'warning',
  'config/fail-open-unused': 'warning',
} as const satisfies Record<string, Severity>;

/** The stable name of a finding. */
export type Code = keyof typeof CODES;

/** Builds a finding, with the severity of its code unless another is given; other missing fields are `null` or empty. */
export function diagnostic(
  code: Code,
  message: string,
  more: Partial<Pick<Diagnostic, 'severity' | 'hint' | 'related' | 'fix'>> & { place: Place | null },
): Diagnostic {
  const found = { code, severity: CODES[code], hint: null, related: [], fix: null, ...more };
  return { ...found, message: bounded(message), hint: found.hint === null ? null : bounded(found.hint) };
}

/** A value of the config that stands in a message may have the size of the file. */
const MAX_MESSAGE_CHARS = 2000;

function bounded(text: string): string {
  return text.length <= MAX_MESSAGE_CHARS ? text : `${text.slice(0, MAX_MESSAGE_CHARS)}…`;
}
