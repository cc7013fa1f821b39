/** What stands in the place of a text that must not be kept. */
export const LEFT_OUT = '[left out]';

/** Shorter lines are too likely to be ordinary words. */
const MIN_LINE_CHARS = 12;
/** Tools that echo a prompt print its beginning or its end; a long one is not searched line by line. */
const MAX_LINES = 500;

/**
 * Takes private texts out of what a tool said on its way down: tools echo prompts in errors. Whole texts, and of each text
 * the lines of some length.
 */
export function withoutTexts<T>(value: T, texts: readonly (string | null)[]): T {
  const pieces = [...new Set(texts.flatMap((text) => (text === null ? [] : piecesOf(text))))].sort(
    (a, b) => b.length - a.length,
  );
  if (pieces.length === 0) return value;
  return replaced(value, (text) =>
    pieces.reduce((rest, piece) => rest.replaceAll(piece, LEFT_OUT), text),
  ) as T;
}

function piecesOf(text: string): string[] {
  const lines = text.split('\n');
  const edges =
    lines.length <= MAX_LINES ? lines : [...lines.slice(0, MAX_LINES / 2), ...lines.slice(-MAX_LINES / 2)];
  return [text, ...edges].map((piece) => piece.trim()).filter((piece) => piece.length >= MIN_LINE_CHARS);
}

function replaced(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === 'string') return replace(value);
  if (Array.isArray(value)) return value.map((item) => replaced(item, replace));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaced(item, replace)]));
}
