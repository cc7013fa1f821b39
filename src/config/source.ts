import {
  CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Pair,
  parseDocument,
  type Scalar,
} from 'yaml';
import { diagnostic } from '../diagnostics/codes.js';
import type { Diagnostic, Place } from '../diagnostics/diagnostic.js';
import { type Positions, positionsOf, type Span } from './positions.js';
import type { Path } from './tree.js';

/** One parsed file whose every value knows where it was written. */
export interface ConfigSource {
  /** As named to the user. */
  file: string;
  /** Without byte order mark: what places refer to. */
  text: string;
  /** Plain values; a file without content is `{}`. */
  value: unknown;
  /** Where the key or the value at a path was written, through aliases and merge keys; `null` when it is not here. */
  place(path: Path, what: 'key' | 'value'): Place | null;
  /** The alias (`*name`) through which the path leads, `null` when it leads through none. */
  aliasOf(path: Path): Place | null;
}

const MAX_DEPTH = 64;
const MAX_INDENTATION = 256;
/** Values of one file with every alias expanded. */
const MAX_EXPANDED = 100_000;

/** A value with its places; `span` is empty for a key without value. */
interface Branch {
  value: unknown;
  key: Span | null;
  span: Span;
  alias: Span | null;
  children: ReadonlyMap<string, Branch>;
  /** Values in it, aliases expanded. */
  size: number;
}

/** What one walk over a document collects. */
interface Walk {
  text: string;
  positions: Positions;
  diagnostics: Diagnostic[];
  anchors: Map<string, unknown>;
  built: Map<unknown, Branch>;
}

/** Parses one YAML file. The source is `null` when its syntax is broken; other findings leave it usable. Never throws. */
export function parseSource(input: { file: string; text: string }): {
  source: ConfigSource | null;
  diagnostics: Diagnostic[];
} {
  const text = input.text.replace(/^\uFEFF/, '');
  const positions = positionsOf(input.file, text);
  const parsed = parse(text, positions);
  if ('broken' in parsed) return { source: null, diagnostics: [parsed.broken] };
  const walk: Walk = { text, positions, diagnostics: [], anchors: new Map(), built: new Map() };
  const { contents } = parsed.document;
  const root = contents === null ? leaf({}, [0, 0]) : build(walk, contents, 0);
  if (walk.diagnostics.some((one) => one.code !== 'config/duplicate-key')) {
    return { source: null, diagnostics: walk.diagnostics };
  }
  return { source: sourceOf(input.file, text, positions, root), diagnostics: walk.diagnostics };
}

function sourceOf(file: string, text: string, positions: Positions, root: Branch): ConfigSource {
  return {
    file,
    text,
    value: root.value ?? {},
    place(path, what) {
      const branch = trail(root, path)?.at(-1);
      if (branch === undefined) return null;
      const isEmpty = branch.span[0] === branch.span[1];
      return positions.place((what === 'key' || isEmpty ? branch.key : null) ?? branch.span);
    },
    aliasOf(path) {
      const alias = trail(root, path)?.find((branch) => branch.alias !== null)?.alias;
      return alias ? positions.place(alias) : null;
    },
  };
}

/** The branches from the root to a path; `null` when the path leads nowhere. */
function trail(root: Branch, path: Path): Branch[] | null {
  const branches = [root];
  for (const step of path) {
    const next = branches.at(-1)?.children.get(String(step));
    if (next === undefined) return null;
    branches.push(next);
  }
  return branches;
}

type Parsed = { document: Document.Parsed } | { broken: Diagnostic };

function parse(text: string, positions: Positions): Parsed {
  const tooDeepAt = deepNesting(text);
  if (tooDeepAt !== null) return { broken: tooDeep(positions.place([tooDeepAt, tooDeepAt + 1])) };
  const document = parseDocument(text, {
    prettyErrors: false,
    uniqueKeys: false,
    schema: 'core',
    logLevel: 'error',
  });
  const [first] = [...document.errors, ...document.warnings];
  if (first === undefined) return { document };
  return { broken: syntax(positions.place(wholeSpan(first.pos)), sentence(first.message)) };
}

/**
 * The offset at which brackets, list marks of one line or indentation pass what the library can bear: it recurses into
 * nested values, and thousands of levels end the process. `null`: harmless.
 */
function deepNesting(text: string): number | null {
  let offset = 0;
  let brackets = 0;
  let marks = 0;
  let isLineStart = true;
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token);
    if (type === 'newline') marks = 0;
    if (type === 'flow-seq-start' || type === 'flow-map-start') brackets += 1;
    if (type === 'flow-seq-end' || type === 'flow-map-end') brackets -= 1;
    if (type === 'seq-item-ind' || type === 'explicit-key-ind') marks += 1;
    const isIndented = isLineStart && type === 'space' && token.length > MAX_INDENTATION;
    if (brackets > MAX_DEPTH || marks > MAX_DEPTH || isIndented) return offset;
    isLineStart = type === 'newline';
    if (!isMark(token)) offset += token.length;
  }
  return null;
}

/** The lexer puts control characters of its own between tokens. */
function isMark(token: string): boolean {
  return token === CST.DOCUMENT || token === CST.FLOW_END || token === CST.SCALAR;
}

function wholeSpan([start, end]: readonly [number, number]): Span {
  return [start, Math.max(end, start + 1)];
}

/** The library's message in our style: one line, small first letter, no full stop. */
function sentence(message: string): string {
  const line = (message.split(/\n|; /)[0] ?? '').trim().replace(/[.:]$/, '');
  return /^[A-Z][a-z]/.test(line) ? line.charAt(0).toLowerCase() + line.slice(1) : line;
}

/** What to do about the commonest slips, by a word of the library's message. */
const SYNTAX_HINTS: readonly (readonly [RegExp, string])[] = [
  [/\btabs?\b/i, 'YAML is indented with blanks only'],
  [/nested mappings/i, 'put a text that holds `: ` between quotes'],
  [/multiple documents/i, 'remove the `---` line'],
  [/unresolved tag/i, 'put a text that starts with `!` between quotes'],
];

function syntax(place: Place, message: string): Diagnostic {
  const hint = SYNTAX_HINTS.find(([pattern]) => pattern.test(message))?.[1] ?? null;
  return diagnostic('config/yaml-syntax', message, { place, hint });
}

function tooDeep(place: Place): Diagnostic {
  return diagnostic('config/too-deep', `values are nested deeper than ${MAX_DEPTH} levels`, { place });
}

function build(walk: Walk, node: unknown, depth: number): Branch {
  const span = spanOf(node);
  if (isAlias(node)) return followAlias(walk, node.source, span);
  if (isScalar(node)) return anchored(walk, node, leaf(node.value, trimmed(walk.text, span)));
  if (depth >= MAX_DEPTH) {
    walk.diagnostics.push(tooDeep(walk.positions.place([span[0], span[0] + 1])));
    return leaf(null, span);
  }
  if (isSeq(node)) return anchored(walk, node, () => list(walk, node.items, span, depth));
  if (isMap(node)) return anchored(walk, node, () => map(walk, node.items, span, depth));
  return leaf(null, span);
}

/** Makes a node known by its anchor before its content is built, as YAML does. */
function anchored(walk: Walk, node: { anchor?: string | undefined }, make: Branch | (() => Branch)): Branch {
  if (node.anchor !== undefined) walk.anchors.set(node.anchor, node);
  const branch = typeof make === 'function' ? make() : make;
  walk.built.set(node, branch);
  return branch;
}

function followAlias(walk: Walk, name: string, alias: Span): Branch {
  const target = walk.anchors.get(name);
  const branch = walk.built.get(target);
  if (target !== undefined && branch !== undefined) return { ...branch, alias };
  const message =
    target === undefined
      ? `the alias \`*${name}\` has no anchor before it`
      : `the alias \`*${name}\` contains itself`;
  walk.diagnostics.push(syntax(walk.positions.place(alias), message));
  return leaf(null, alias);
}

function list(walk: Walk, items: readonly unknown[], span: Span, depth: number): Branch {
  const branches = items.map((item) => build(walk, item, depth + 1));
  const children = new Map(branches.map((branch, index) => [String(index), branch]));
  return grown(walk, { span, children, value: branches.map((branch) => branch.value) });
}

function map(walk: Walk, pairs: readonly Pair[], span: Span, depth: number): Branch {
  const children = new Map<string, Branch>();
  const merged = new Map<string, Branch>();
  for (const pair of pairs) {
    const name = keyName(walk, pair.key);
    const branch = { ...build(walk, pair.value, depth + 1), key: spanOf(pair.key) };
    if (isMergeKey(pair.key)) merge(walk, merged, branch);
    else if (name !== null) add(walk, children, name, branch);
  }
  for (const [name, branch] of merged) if (!children.has(name)) children.set(name, branch);
  const value = Object.fromEntries([...children].map(([name, branch]) => [name, branch.value]));
  return grown(walk, { span, children, value });
}

function keyName(walk: Walk, key: unknown): string | null {
  const scalar = isAlias(key) ? walk.anchors.get(key.source) : key;
  if (isScalar(scalar)) return String(scalar.source ?? scalar.value ?? '');
  if (key === null) return '';
  walk.diagnostics.push(
    syntax(walk.positions.place(spanOf(key)), 'a key must be a word, not a map or a list'),
  );
  return null;
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && (key as Scalar).type === 'PLAIN' && key.source === '<<';
}

/** Earlier sources win over later ones; everything that comes this way is reached through the alias. */
function merge(walk: Walk, into: Map<string, Branch>, branch: Branch): void {
  const sources = Array.isArray(branch.value) ? [...branch.children.values()] : [branch];
  for (const source of sources) {
    if (typeof source.value !== 'object' || source.value === null || Array.isArray(source.value)) {
      walk.diagnostics.push(syntax(walk.positions.place(source.span), 'only maps can be merged with `<<`'));
      continue;
    }
    for (const [name, one] of source.children) {
      if (!into.has(name)) into.set(name, { ...one, alias: one.alias ?? source.alias ?? branch.alias });
    }
  }
}

function add(walk: Walk, children: Map<string, Branch>, name: string, branch: Branch): void {
  const first = children.get(name);
  if (first === undefined) {
    children.set(name, branch);
    return;
  }
  walk.diagnostics.push(
    diagnostic('config/duplicate-key', `the key \`${name}\` stands twice in this map`, {
      place: walk.positions.place(branch.key ?? branch.span),
      related: [{ place: walk.positions.place(first.key ?? first.span), message: 'first written here' }],
    }),
  );
}

function grown(walk: Walk, branch: Pick<Branch, 'value' | 'span' | 'children'>): Branch {
  const size = [...branch.children.values()].reduce((sum, one) => sum + one.size, 1);
  const isFirst = walk.diagnostics.every((one) => one.code !== 'config/alias-bomb');
  if (size > MAX_EXPANDED && isFirst) {
    const place = walk.positions.place([branch.span[0], branch.span[0] + 1]);
    const message = `aliases expand this file to more than ${MAX_EXPANDED} values`;
    walk.diagnostics.push(diagnostic('config/alias-bomb', message, { place }));
  }
  return { ...branch, span: trimmed(walk.text, branch.span), key: null, alias: null, size };
}

function leaf(value: unknown, span: Span): Branch {
  return { value, key: null, span, alias: null, children: new Map(), size: 1 };
}

function spanOf(node: unknown): Span {
  const range = (node as { range?: readonly number[] | null } | null)?.range;
  return [range?.[0] ?? 0, range?.[1] ?? 0];
}

/** Block values end behind their last line break. */
function trimmed(text: string, [start, end]: Span): Span {
  return [start, start + text.slice(start, end).trimEnd().length];
}
