import { createRequire } from 'node:module';
import type * as Re2 from 're2js';

/** A pattern that is matched in a time linear in the text, whatever the pattern is; `null` with the reason when it cannot be. */
export function compileLinear(source: string, flags: string): Re2.RE2JS | { problem: string } {
  const { RE2JS } = load();
  const known =
    (flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0) |
    (flags.includes('m') ? RE2JS.MULTILINE : 0) |
    (flags.includes('s') ? RE2JS.DOTALL : 0);
  try {
    return RE2JS.compile(RE2JS.translateRegExp(source), known);
  } catch (cause) {
    return {
      problem: cause instanceof Error ? cause.message.replace(/^error parsing regexp: /, '') : String(cause),
    };
  }
}

/** Where the build has put the package. */
declare const RE2_FILE: string | undefined;
const FILE = typeof RE2_FILE === 'undefined' ? 're2js' : RE2_FILE;

let loaded: typeof Re2 | null = null;

/** Loaded with the first pattern that needs it: it costs as much as a good part of the start. Patterns are used where nothing can wait. */
function load(): typeof Re2 {
  loaded ??= createRequire(import.meta.url)(FILE) as typeof Re2;
  return loaded;
}
