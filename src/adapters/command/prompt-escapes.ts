import type { PromptEscape } from '../../config/types.js';
import { compilePattern, replaceAll } from '../../regex/pattern.js';

/** A prompt with what the tool would expand replaced, one escape after the other. Checked configs hold no bad pattern. */
export function escaped(prompt: string, escapes: readonly PromptEscape[]): string {
  return escapes.reduce(
    (text, { pattern, replace }) => replaceAll(compilePattern(pattern, 'gu'), text, replace),
    prompt,
  );
}
