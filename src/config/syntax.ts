import { diagnostic } from '../diagnostics/codes.js';
import type { Diagnostic, Place } from '../diagnostics/diagnostic.js';

/** How deep values may be nested in a file. */
export const MAX_DEPTH = 64;
/** Values of a config with every alias expanded: to check it looks at each several times, and at pairs of them. */
export const MAX_VALUES = 30_000;

/** What to do about the commonest slips, by a word of the library's message. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [/\btabs?\b/i, 'use spaces, not tabs'],
  [/nested mappings/i, 'put a text that holds `: ` between quotes'],
  [/multiple documents/i, 'remove the `---` line'],
  [/unresolved tag/i, 'put a text that starts with `!` between quotes'],
  [/^the quote/, 'close it where its text ends'],
  [/^the tag/, 'write the value as plain text, a number, a list or a map'],
];

/** A finding that the text is not YAML as a config needs it. */
export function syntaxFinding(place: Place, message: string): Diagnostic {
  const hint = HINTS.find(([pattern]) => pattern.test(message))?.[1] ?? null;
  return diagnostic('config/yaml-syntax', message, { place, hint });
}

/** A finding that values are nested deeper than is read. */
export function depthFinding(place: Place): Diagnostic {
  return diagnostic('config/too-deep', `values are nested deeper than ${MAX_DEPTH} levels`, { place });
}

/** A finding that a file, or all of them together, hold more values than are read. */
export function valuesFinding(what: string, place: Place | null): Diagnostic {
  return diagnostic('config/file-too-large', `${what} more than ${MAX_VALUES} values`, { place });
}

/** The library's message in our style: one line, small first letter, no full stop. */
export function sentence(message: string): string {
  const line = (message.split(/\n|; /)[0] ?? '').trim().replace(/[.:]$/, '');
  return /^[A-Z][a-z]/.test(line) ? line.charAt(0).toLowerCase() + line.slice(1) : line;
}
