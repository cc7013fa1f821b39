import { entriesOf, isTree, type Path } from './tree.js';

/** Comments that go with the values at their paths. */
export interface YamlNotes {
  /** Lines above a key, without `#`. */
  above?: (path: Path) => readonly string[];
  /** Behind a value, without `#`; `null`: none. Asked for scalars, and for lists that stand on one line. */
  behind?: (path: Path) => string | null;
}

const WIDTH = 100;
const INDENT = '  ';

/** A tree as YAML that reads back as the same values; maps in block style, lists of plain values on one line. */
export function yamlText(value: unknown, notes: YamlNotes = {}): string {
  if (!isTree(value)) return `${flow(value)}\n`;
  const lines = mapLines(value, [], notes);
  return `${(lines.length === 0 ? ['{}'] : lines).join('\n')}\n`;
}

function mapLines(map: unknown, path: Path, notes: YamlNotes): string[] {
  return entriesOf(map).flatMap(([key, value]) => {
    const where = [...path, key];
    const above = (notes.above?.(where) ?? []).map((line) => `# ${line}`.trimEnd());
    return [...above, ...entryLines(`${scalar(key)}:`, value, where, notes)];
  });
}

/** `head` is what stands before the value: `key:` or the mark of a list item. */
function entryLines(head: string, value: unknown, path: Path, notes: YamlNotes): string[] {
  if (isTree(value) && Object.keys(value).length > 0) {
    return [head, ...mapLines(value, path, notes).map(indented)];
  }
  const behind = notes.behind?.(path) ?? null;
  const comment = behind === null ? '' : `  # ${behind}`;
  const block = typeof value === 'string' ? blockText(value) : null;
  if (block !== null) return [`${head} ${block.mark}${comment}`, ...block.lines.map(indented)];
  const line = `${head} ${flow(value)}`;
  if (!Array.isArray(value) || (line.length <= WIDTH && !value.some(isTree))) return [`${line}${comment}`];
  return [
    `${head}${comment}`,
    ...value.flatMap((item, index) => itemLines(item, [...path, index], notes)).map(indented),
  ];
}

function itemLines(item: unknown, path: Path, notes: YamlNotes): string[] {
  if (!isTree(item) || Object.keys(item).length === 0) return [`- ${flow(item)}`];
  const [first = '', ...rest] = mapLines(item, path, notes);
  return [`- ${first}`, ...rest.map(indented)];
}

function indented(line: string): string {
  return line === '' ? '' : `${INDENT}${line}`;
}

/** One value on one line. */
export function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (isTree(value)) {
    const pairs = Object.entries(value).map(([key, one]) => `${scalar(key)}: ${flow(one)}`);
    return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
  }
  return typeof value === 'string' ? scalar(value) : String(value ?? null);
}

const PLAIN = /^(?:[A-Za-z/]|--?[A-Za-z])(?:[\w./@+$-]|:(?=[A-Za-z0-9])| (?=[\w./@+-]))*$/;
const DURATION_OR_SIZE = /^(?:\d+(?:ms|s|m|h|KiB|MiB|GiB))+$/;
/** Words that some reader of YAML takes for something else than text. */
const NOT_TEXT = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

/** A text as YAML writes it: plain where nothing can be mistaken, else quoted. */
function scalar(text: string): string {
  if ((PLAIN.test(text) && !NOT_TEXT.test(text)) || DURATION_OR_SIZE.test(text)) return text;
  if (/^[\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]*$/.test(text) && !/[\u2028\u2029]/.test(text)) {
    return text.includes("'") && !/["\\]/.test(text) ? `"${text}"` : `'${text.replaceAll("'", "''")}'`;
  }
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A text of several lines as a block, where that reads back unchanged. */
function blockText(text: string): { mark: string; lines: string[] } | null {
  const body = text.replace(/\n$/, '');
  const lines = body.split('\n');
  const isPlain = lines.every((line) => /^[\x20-\x7e\u00a0-\u2027\u202a-\ud7ff]*$/.test(line));
  if (lines.length < 2 || !isPlain || /^\s/.test(body) || /\n$/.test(body)) return null;
  return { mark: body === text ? '|-' : '|', lines };
}
