import type { PromptEscape } from '../../config/types.js';
import { compilePattern, replaceAll } from '../../regex/pattern.js';

/** Applies escapes to a prompt in order, so that the tool does not expand parts of it. Checked configs have no invalid pattern. */
export function escaped(prompt: string, escapes: readonly PromptEscape[]): string {
  return escapes.reduce(
    (text, { pattern, replace }) => replaceAll(compilePattern(pattern, 'gu'), text, replace),
    prompt,
  );
}
