/** Control and format characters that control a terminal, reorder text or are invisible, line feeds and tabs included. */
const UNSAFE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** A text on one line with escaped control characters: text from other sources must not control the terminal. */
export function visible(text: string): string {
  return text.replace(UNSAFE, (char) => (char === '\n' ? '\\n' : escaped(char)));
}

/** The same for a text of several lines: keeps line ends and tabs. */
export function visibleLines(text: string): string {
  return text
    .replace(/\r(?=\n)/g, '')
    .replace(UNSAFE, (char) => (/[\n\t]/.test(char) ? char : escaped(char)));
}

/** The same for what a person decides by: nothing in it is invisible or looks like less than it is. */
export function visibleWhole(text: string): string {
  return visible(text).replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, escaped);
}

/** Escaped as in a JSON string, so that JSON keeps its value. */
function escaped(char: string): string {
  return char
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
