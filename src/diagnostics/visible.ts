/** Control and format characters that steer a terminal, reorder a text or hide in it; line feeds and tabs among them. */
const UNSAFE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** A text on one line without control characters: what others wrote must not steer the terminal. */
export function visible(text: string): string {
  return text.replace(UNSAFE, (char) => (char === '\n' ? '\\n' : escaped(char)));
}

/** The same for a text of several lines: line feeds, with a carriage return before them or not, and tabs stay. */
export function visibleLines(text: string): string {
  return text
    .replace(/\r(?=\n)/g, '')
    .replace(UNSAFE, (char) => (/[\n\t]/.test(char) ? char : escaped(char)));
}

/** As in a JSON string, where an escaped text stays the same text. */
function escaped(char: string): string {
  return char
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
