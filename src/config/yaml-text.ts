import { Document, isMap, isNode, isScalar, isSeq, visit, type YAMLSeq } from 'yaml';
import type { Path } from './tree.js';

/** Comments that go with the values at their paths. */
export interface YamlNotes {
  /** Lines above a key, without `#`; at the empty path above the whole. */
  above?: (path: Path) => readonly string[];
  /** Behind a value, without `#`; `null`: none. Asked for scalars, and for lists that stand on one line. */
  behind?: (path: Path) => string | null;
}

/** The longest list on one line. */
const WIDTH = 80;
const STYLE = {
  lineWidth: 0,
  singleQuote: true,
  blockQuote: 'literal',
  doubleQuotedAsJSON: true,
  flowCollectionPadding: false,
} as const;

/** Characters that some reader of YAML takes for a line break or refuses. */
const UNSAFE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** A tree as YAML that reads back as the same values; maps in block style, lists of plain values on one line. */
export function yamlText(value: unknown, notes: YamlNotes = {}): string {
  const document = documentOf(value);
  const head = notes.above?.([]) ?? [];
  if (head.length > 0) document.commentBefore = commentOf(head);
  arrange(document.contents, [], notes);
  return textOf(document);
}

/** One value on one line. */
export function flow(value: unknown): string {
  const document = documentOf(value);
  asFlow(document.contents);
  return textOf(document).trimEnd();
}

/** Words that YAML 1.1 takes for booleans (`yes`, `off`) are quoted: some readers still follow it. */
function documentOf(value: unknown): Document {
  const document = new Document(value ?? null, { compat: 'yaml-1.1', aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, scalar) {
      if (typeof scalar.value === 'string' && scalar.value.search(UNSAFE) >= 0) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  return document;
}

/** Only quoted texts hold unsafe characters. */
function textOf(document: Document): string {
  const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return document.toString(STYLE).replace(UNSAFE, escaped);
}

/** Sets the style of a value, and its comments. */
function arrange(node: unknown, path: Path, notes: YamlNotes): void {
  if (isMap(node) && node.items.length > 0) {
    for (const { key, value } of node.items) {
      if (!isScalar(key)) continue;
      const where = [...path, String(key.value)];
      const above = notes.above?.(where) ?? [];
      if (above.length > 0) key.commentBefore = commentOf(above);
      arrange(value, where, notes);
    }
  } else if (isSeq(node) && !fitsOneLine(node)) {
    for (const [index, item] of node.items.entries()) arrange(item, [...path, index], notes);
  } else if (isNode(node)) {
    if (isSeq(node)) asFlow(node);
    const behind = notes.behind?.(path) ?? null;
    if (behind !== null) node.comment = commentOf([behind]);
  }
}

function fitsOneLine(list: YAMLSeq): boolean {
  return !list.items.some(isMap) && flow(list.toJSON()).length <= WIDTH;
}

/** On one line, so without line breaks in texts. */
function asFlow(node: unknown): void {
  if (!isMap(node) && !isSeq(node)) return;
  node.flow = true;
  visit(node, {
    Scalar(_, scalar) {
      if (typeof scalar.value === 'string' && scalar.value.includes('\n')) scalar.type = 'QUOTE_DOUBLE';
    },
  });
}

/** A comment starts behind a blank; an empty line of it is `#` alone. */
function commentOf(lines: readonly string[]): string {
  return lines.map((line) => ` ${line}`.trimEnd()).join('\n');
}
