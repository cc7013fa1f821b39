import { type Code, diagnostic } from '../../diagnostics/codes.js';
import type { Diagnostic, Fix, Place, Related, Severity } from '../../diagnostics/diagnostic.js';
import { replacement } from '../../diagnostics/fix.js';
import type { Merged } from '../layers.js';
import { at, child, entriesOf, isTree, type Path, type Tree } from '../tree.js';
import type { Candidate } from './candidates.js';
import type { Catalogue } from './catalogue.js';
import type { Reference } from './references.js';

/** What a rule may look at. */
export interface RuleContext {
  merged: Merged;
  catalogue: Catalogue;
  /** What every agent would try, in order. */
  candidates: readonly Candidate[];
  /** Variables of the environment; `null`: they are not looked at. */
  env: Readonly<Record<string, string | undefined>> | null;
  /** Every mention of a tool or model. */
  references: readonly Reference[];
  /** Whether the schema already found fault with the value at a path or around it: nothing follows from it then. */
  isDoubtful(path: Path): boolean;
  /** Whether it found fault with anything inside of it. */
  hasFaultInside(path: Path): boolean;
}

/** Finds one kind of mistake that the schema cannot see. */
export interface Rule {
  code: Code;
  check(context: RuleContext): Diagnostic[];
}

/** A finding about the value (or key) at a path, with its place and the alias that leads there. */
export function finding(
  context: RuleContext,
  about: {
    code: Code;
    path: Path;
    message: string;
    hint?: string | null;
    what?: 'key' | 'value';
    /** Part of the value that is meant, when it can be found in the source line. */
    part?: string;
    /** The word that certainly belongs where `word` stands; `null` or absent: none is certain. */
    correction?: { word: string; to: string | null };
    severity?: Severity;
    related?: readonly Related[];
  },
): Diagnostic {
  const { merged } = context;
  const whole = placeNear(merged, about.path, about.what ?? 'value');
  const alias = merged.aliasOf(about.path);
  const throughAlias = alias === null ? [] : [{ place: alias, message: 'reached through this alias' }];
  return diagnostic(about.code, about.message, {
    place: whole === null || about.part === undefined ? whole : narrowed(whole, about.part, merged),
    hint: about.hint ?? null,
    related: [...(about.related ?? []), ...throughAlias],
    fix: whole === null || alias !== null ? null : correction(merged, whole, about.correction),
    ...(about.severity === undefined ? {} : { severity: about.severity }),
  });
}

function correction(
  merged: Merged,
  whole: Place,
  wanted: { word: string; to: string | null } | undefined,
): Fix | null {
  if (wanted === undefined || wanted.to === null) return null;
  const place = narrowed(whole, wanted.word, merged);
  return replacement(merged.textOf(whole.file), { place, from: wanted.word, to: wanted.to });
}

/** Where something is written, as a note beside a finding; none for what is in no file. */
export function relatedTo(context: RuleContext, path: Path, message: string): Related[] {
  const place = context.merged.place(path, 'value');
  return place === null ? [] : [{ place, message }];
}

/** Whether the value at a path was written by the user, and not by the built-in catalogue. */
export function isOwn(context: RuleContext, path: Path): boolean {
  const layer = context.merged.layerOf(path);
  return layer !== null && layer.name !== 'built-in';
}

/**
 * The entries of a section that are maps and of which a file of the user says something; an empty entry counts as an empty map.
 * What is built in alone was checked when it was shipped, and checking it again would cost every start.
 */
export function entries(context: RuleContext, section: string): { name: string; entry: Tree; path: Path }[] {
  const { merged } = context;
  const written = merged.layers
    .filter((layer) => layer.sources.length > 0)
    .map((layer) => layer.value[section]);
  return entriesOf(at(merged.value, [section])).flatMap(([name, entry]) => {
    if (!isTree(entry) && entry !== null) return [];
    if (!written.some((part) => child(part, name) !== undefined)) return [];
    return [{ name, entry: entry ?? {}, path: [section, name] }];
  });
}

/** The names of a section. */
export function names(context: RuleContext, section: string): string[] {
  return entriesOf(at(context.merged.value, [section])).map(([name]) => name);
}

function placeNear(merged: Merged, path: Path, what: 'key' | 'value'): Place | null {
  const place = merged.place(path, what);
  if (place !== null || path.length === 0) return place;
  return placeNear(merged, path.slice(0, -1), 'key');
}

function narrowed(whole: Place, part: string, merged: Merged): Place {
  const line = merged.textOf(whole.file)?.split(/\r?\n/)[whole.line - 1];
  if (line === undefined || whole.endLine !== whole.line) return whole;
  const before = [...line].slice(0, whole.column - 1).join('');
  const found = line.indexOf(part, before.length);
  const column = [...line.slice(0, found)].length + 1;
  const endColumn = column + [...part].length;
  return found === -1 || endColumn > whole.endColumn ? whole : { ...whole, column, endColumn };
}
