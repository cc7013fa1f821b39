import { isAlias, isMap, isScalar, isSeq, type Pair, type Scalar } from 'yaml';
import { diagnostic } from '../diagnostics/codes.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { type Branch, type ConfigSource, leaf, sourceOf } from './branch.js';
import { type Positions, positionsOf, type Span } from './positions.js';
import { depthFinding, MAX_DEPTH, MAX_VALUES, syntaxFinding, valuesFinding } from './syntax.js';
import { parseYaml, spanOf } from './yaml-document.js';

export type { ConfigSource } from './branch.js';

/** What one walk over a document collects. */
interface Walk {
  text: string;
  positions: Positions;
  diagnostics: Diagnostic[];
  anchors: Map<string, unknown>;
  /** Of nodes with an anchor. */
  built: Map<unknown, Branch>;
  /** Values that were written or merged so far. */
  count: number;
}

/** Parses one YAML file. The source is `null` when its syntax is broken; other findings leave it usable. Never throws. */
export function parseSource(input: { file: string; text: string }): {
  source: ConfigSource | null;
  diagnostics: Diagnostic[];
} {
  const text = input.text.replace(/^\uFEFF/, '');
  const positions = positionsOf(input.file, text);
  const parsed = parseYaml(text, positions);
  if ('broken' in parsed) return { source: null, diagnostics: [parsed.broken] };
  const walk: Walk = { text, positions, diagnostics: [], anchors: new Map(), built: new Map(), count: 0 };
  const { contents } = parsed.document;
  const root = contents === null ? leaf({}, [0, 0]) : build(walk, contents, 0);
  if (walk.diagnostics.some((one) => one.code !== 'config/duplicate-key')) {
    return { source: null, diagnostics: walk.diagnostics };
  }
  return { source: sourceOf({ file: input.file, text }, positions, root), diagnostics: walk.diagnostics };
}

function build(walk: Walk, node: unknown, depth: number): Branch {
  const span = spanOf(node);
  if (!admitsOneMore(walk, span)) return leaf(null, span);
  const tag = foreignTag(node);
  if (tag !== null) {
    walk.diagnostics.push(syntaxFinding(walk.positions.place(span), `the tag \`${tag}\` is not read`));
    return leaf(null, span);
  }
  if (isAlias(node)) return followAlias(walk, node.source, span);
  if (isScalar(node)) return anchored(walk, node, leaf(node.value, trimmed(walk.text, span)));
  if (depth >= MAX_DEPTH) {
    walk.diagnostics.push(depthFinding(walk.positions.place([span[0], span[0] + 1])));
    return leaf(null, span);
  }
  if (isSeq(node)) return anchored(walk, node, () => list(walk, node.items, span, depth));
  if (isMap(node)) return anchored(walk, node, () => map(walk, node.items, span, depth));
  return leaf(null, span);
}

/** Counts a value; false once there are too many, of which the first is reported. */
function admitsOneMore(walk: Walk, span: Span): boolean {
  walk.count += 1;
  if (walk.count === MAX_VALUES + 1) {
    const place = walk.positions.place([span[0], span[0] + 1]);
    walk.diagnostics.push(valuesFinding('this file holds', place));
  }
  return walk.count <= MAX_VALUES;
}

const PLAIN_TAGS = ['str', 'int', 'float', 'bool', 'null', 'seq', 'map'];

/** A tag such as `!!binary` or `!!timestamp`, whose value would be no text, number, list or map. */
function foreignTag(node: unknown): string | null {
  const tag = (node as { tag?: string } | null)?.tag;
  const name = tag?.replace(/^tag:yaml\.org,2002:/, '');
  return name === undefined || PLAIN_TAGS.includes(name) ? null : `!!${name}`;
}

/** Makes a node known by its anchor before its content is built, as YAML does. */
function anchored(walk: Walk, node: { anchor?: string | undefined }, make: Branch | (() => Branch)): Branch {
  if (node.anchor === undefined) return typeof make === 'function' ? make() : make;
  walk.anchors.set(node.anchor, node);
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
  walk.diagnostics.push(syntaxFinding(walk.positions.place(alias), message));
  return leaf(null, alias);
}

function list(walk: Walk, items: readonly unknown[], span: Span, depth: number): Branch {
  const children = new Map<string, Branch>();
  const value: unknown[] = [];
  for (const item of items) {
    const branch = build(walk, item, depth + 1);
    children.set(String(value.length), branch);
    value.push(branch.value);
  }
  return grown(walk, { span, children, value });
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
  const value: Record<string, unknown> = {};
  for (const [name, branch] of children) setOwn(value, name, branch.value);
  return grown(walk, { span, children, value });
}

/** A key `__proto__` is a key like others. */
function setOwn(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') target[name] = value;
  else Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

function keyName(walk: Walk, key: unknown): string | null {
  const scalar = isAlias(key) ? walk.anchors.get(key.source) : key;
  if (isScalar(scalar)) return String(scalar.source ?? scalar.value ?? '');
  if (key === null) return '';
  walk.diagnostics.push(
    syntaxFinding(walk.positions.place(spanOf(key)), 'a key must be a word, not a map or a list'),
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
      walk.diagnostics.push(
        syntaxFinding(walk.positions.place(source.span), 'only maps can be merged with `<<`'),
      );
      continue;
    }
    for (const [name, one] of source.children) {
      if (into.has(name)) continue;
      if (!admitsOneMore(walk, branch.span)) return;
      into.set(name, { ...one, alias: one.alias ?? source.alias ?? branch.alias });
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
    diagnostic('config/duplicate-key', `duplicate key \`${name}\``, {
      place: walk.positions.place(branch.key ?? branch.span),
      related: [{ place: walk.positions.place(first.key ?? first.span), message: 'first written here' }],
    }),
  );
}

function grown(walk: Walk, branch: Pick<Branch, 'value' | 'span' | 'children'>): Branch {
  let size = 1;
  for (const one of branch.children.values()) size += one.size;
  if (size > MAX_VALUES && walk.diagnostics.every((one) => one.code !== 'config/alias-bomb')) {
    const place = walk.positions.place([branch.span[0], branch.span[0] + 1]);
    const message = `aliases expand this file to more than ${MAX_VALUES} values`;
    walk.diagnostics.push(diagnostic('config/alias-bomb', message, { place }));
  }
  return { ...branch, span: trimmed(walk.text, branch.span), key: null, alias: null, size };
}

/** Block values end behind their last line break. */
function trimmed(text: string, [start, end]: Span): Span {
  return [start, start + text.slice(start, end).trimEnd().length];
}
